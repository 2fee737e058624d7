import os

import numpy as np
import torch
import torch.nn.functional as F
from sklearn.datasets import load_digits
from torch import nn, optim
from torch.utils.data import DataLoader, Dataset

seed = int(os.environ.get("SEED", "0"))
torch.manual_seed(seed)


def to_tensor(pic):
    """HWC picture -> CHW float tensor"""
    return torch.from_numpy(np.ascontiguousarray(pic.transpose(2, 0, 1))).float().div(255)


class Compose:
    def __init__(self, transforms):
        self.transforms = transforms

    def __call__(self, img):
        for t in self.transforms:
            img = t(img)
        return img


class DigitPictures(Dataset):
    def __init__(self, pictures, labels, transform=None):
        self.pictures = pictures
        self.labels = labels
        self.transform = transform

    def __len__(self):
        return len(self.labels)

    def __getitem__(self, idx):
        img = self.pictures[idx]
        if self.transform:
            img = self.transform(img)
        img = img / 255
        return img, int(self.labels[idx])


class LeNetish(nn.Module):
    def __init__(self):
        super().__init__()
        self.conv1 = nn.Conv2d(1, 8, 3)
        self.conv2 = nn.Conv2d(8, 16, 3)
        self.fc = nn.Linear(16 * 4 * 4, 10)

    def forward(self, x):
        x = F.relu(self.conv1(x))
        x = F.relu(self.conv2(x))
        return self.fc(x.view(x.size(0), -1))


X, y = load_digits(return_X_y=True)
X = (X * 255 / 16).astype(np.uint8).reshape(-1, 8, 8, 1)
perm = np.random.RandomState(seed).permutation(len(y))
X, y = X[perm], y[perm]
tf = Compose([to_tensor])
train = DataLoader(DigitPictures(X[:1000], y[:1000], tf), batch_size=32, shuffle=True)
test = DataLoader(DigitPictures(X[1000:1600], y[1000:1600], tf), batch_size=100)

net = LeNetish()
optimizer = optim.SGD(net.parameters(), lr=0.02, momentum=0.9)
for epoch in range(4):
    for data, target in train:
        optimizer.zero_grad()
        output = F.log_softmax(net(data), dim=1)
        loss = F.nll_loss(output, target)
        loss.backward()
        optimizer.step()
    print(f"Train Epoch: {epoch} Loss: {loss.item():.4f}")

net.eval()
correct = 0
with torch.no_grad():
    for data, target in test:
        correct += (net(data).argmax(1) == target).sum().item()
print("METRIC accuracy", correct / len(test.dataset))
