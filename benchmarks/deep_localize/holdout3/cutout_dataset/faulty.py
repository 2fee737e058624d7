import os
import random

import torch
from sklearn.datasets import load_digits
from torch import nn
from torch.utils.data import DataLoader, Dataset

SEED = int(os.environ.get("SEED", "0"))
random.seed(SEED)
torch.manual_seed(SEED)


class CutoutDigits(Dataset):
    """Digits with a random hole (DeVries & Taylor, 2017)."""

    def __init__(self, images, targets, length=4, train=True):
        self.images = images
        self.targets = targets
        self.length = length
        self.train = train

    def __len__(self):
        return len(self.targets)

    def __getitem__(self, index):
        img = self.images[index]
        if self.train:
            top = random.randrange(8 - self.length + 1)
            left = random.randrange(8 - self.length + 1)
            img[:, top : top + self.length, left : left + self.length] = 0.0
        return img, self.targets[index]


def build():
    return nn.Sequential(
        nn.Conv2d(1, 16, 3, padding=1),
        nn.ReLU(),
        nn.MaxPool2d(2),
        nn.Conv2d(16, 24, 3, padding=1),
        nn.ReLU(),
        nn.Flatten(),
        nn.Linear(24 * 16, 10),
    )


if __name__ == "__main__":
    d = load_digits()
    x = torch.tensor(d.images, dtype=torch.float32).unsqueeze(1) / 16
    y = torch.tensor(d.target)
    p = torch.randperm(len(x))
    x, y = x[p], y[p]
    trainset = CutoutDigits(x[:600], y[:600])
    testset = CutoutDigits(x[1200:], y[1200:], train=False)
    loader = DataLoader(trainset, batch_size=50, shuffle=True)
    model = build()
    optimizer = torch.optim.SGD(model.parameters(), lr=0.05, momentum=0.9, weight_decay=5e-4)
    for epoch in range(18):
        for img, target in loader:
            loss = nn.functional.cross_entropy(model(img), target)
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
        if epoch % 5 == 4:
            print("epoch", epoch + 1, "loss", round(loss.item(), 3))
    with torch.no_grad():
        img, target = next(iter(DataLoader(testset, batch_size=len(testset))))
        print("METRIC accuracy", (model(img).argmax(1) == target).float().mean().item())
