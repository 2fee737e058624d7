# Report: https://stackoverflow.com/questions/54354465 (read at coderoad.ru/54354465): shuffle=False on a folder sorted by class, 2-3 %
import os

import torch
import torch.nn as nn
from sklearn.datasets import load_digits
from torch.utils.data import DataLoader, Dataset

SEED = int(os.environ.get("SEED", "15"))
torch.manual_seed(SEED)


class ImageFolderLike(Dataset):
    """Pictures in one folder a class, read folder by folder."""

    def __init__(self, part):
        d = load_digits()
        self.samples = [
            (d.images[i], k)
            for k in range(10)
            for i in range(len(d.target))
            if d.target[i] == k and (i % 5 == 0) == (part == "val")
        ]

    def __len__(self):
        return len(self.samples)

    def __getitem__(self, i):
        image, label = self.samples[i]
        return (torch.tensor(image, dtype=torch.float32) / 16 - 0.3).unsqueeze(0), label


trainloader = DataLoader(ImageFolderLike("train"), batch_size=32, shuffle=False)
valloader = DataLoader(ImageFolderLike("val"), batch_size=400)
net = nn.Sequential(
    nn.Conv2d(1, 16, 3, padding=1),
    nn.ReLU(),
    nn.MaxPool2d(2),
    nn.Flatten(),
    nn.Linear(256, 64),
    nn.ReLU(),
    nn.Linear(64, 10),
)
optimizer = torch.optim.SGD(net.parameters(), lr=0.05, momentum=0.9)
for epoch in range(4):
    for x, t in trainloader:
        optimizer.zero_grad()
        loss = nn.functional.cross_entropy(net(x), t)
        loss.backward()
        optimizer.step()
    with torch.no_grad():
        x, t = next(iter(valloader))
        acc = (net(x).argmax(1) == t).float().mean().item()
    print("epoch", epoch, loss.item(), acc)
print("METRIC accuracy", acc)
