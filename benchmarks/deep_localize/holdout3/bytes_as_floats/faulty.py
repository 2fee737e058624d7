import os

import numpy as np
import torch
import torch.nn as nn
from sklearn.datasets import load_digits
from torch.utils.data import DataLoader, Dataset

SEED = int(os.environ.get("SEED", "0"))
np.random.seed(SEED)
torch.manual_seed(SEED)


class Normalize:
    def __init__(self, mean, std):
        self.mean, self.std = mean, std

    def __call__(self, img):
        return (img - self.mean) / self.std


class ToFloat:
    def __call__(self, img):
        return torch.from_numpy(img.astype(np.float32))


class Compose:
    def __init__(self, *steps):
        self.steps = steps

    def __call__(self, img):
        for step in self.steps:
            img = step(img)
        return img


class DigitBytes(Dataset):
    def __init__(self, images, labels, transform):
        self.images, self.labels, self.transform = images, labels, transform

    def __len__(self):
        return len(self.images)

    def __getitem__(self, i):
        return self.transform(self.images[i]).unsqueeze(0), self.labels[i]


raw = load_digits()
images = (raw.images * 255 / 16).astype(np.uint8)
order = np.random.permutation(len(images))
images, labels = images[order], raw.target[order]
transform = Compose(ToFloat(), Normalize(0.5, 0.5))
trainset = DigitBytes(images[:1200], labels[:1200], transform)
testset = DigitBytes(images[1200:], labels[1200:], transform)
net = nn.Sequential(nn.Conv2d(1, 8, 3), nn.ReLU(), nn.Conv2d(8, 16, 3), nn.ReLU(), nn.Flatten(), nn.Linear(16 * 16, 10))
criterion = nn.CrossEntropyLoss()
optimizer = torch.optim.SGD(net.parameters(), lr=0.02, momentum=0.9)
for epoch in range(4):
    for i, (inputs, targets) in enumerate(DataLoader(trainset, batch_size=24, shuffle=True)):
        optimizer.zero_grad()
        loss = criterion(net(inputs), targets)
        loss.backward()
        optimizer.step()
        if i % 25 == 0:
            print(epoch, i, loss.item())
with torch.no_grad():
    x, t = next(iter(DataLoader(testset, batch_size=len(testset))))
    print("METRIC accuracy", (net(x).argmax(1) == t).float().mean().item())
