"""Train a small convolutional network on 8x8 digit images."""

import os
import random

import numpy as np
import torch
import torch.nn.functional as F
from sklearn.datasets import load_digits
from torch import nn

SEED = int(os.environ.get("SEED", "0"))
random.seed(SEED)
np.random.seed(SEED)
torch.manual_seed(SEED)
torch.set_num_threads(1)

cfg = {
    "lr": 0.05,
    "momentum": 0.9,
    "batch_size": 64,
    "epochs": 6,
    "n_train": 1300,
}


class ConvNet(nn.Module):
    def __init__(self):
        super().__init__()
        self.conv1 = nn.Conv2d(1, 8, 3, padding=1)
        self.conv2 = nn.Conv2d(8, 16, 3, padding=1)
        self.fc = nn.Linear(16 * 2 * 2, 10)

    def forward(self, x):
        x = F.max_pool2d(F.relu(self.conv1(x)), 2)
        x = F.max_pool2d(F.relu(self.conv2(x)), 2)
        return self.fc(x.flatten(1))


digits = load_digits()
images = torch.tensor(digits.images, dtype=torch.float32).unsqueeze(1)
images = (images - images.mean()) / images.std()
labels = torch.tensor(digits.target, dtype=torch.long)
order = torch.randperm(len(images))
train_idx, test_idx = order[: cfg["n_train"]], order[cfg["n_train"] :]

net = ConvNet()
opt = torch.optim.SGD(net.parameters(), lr=cfg["lr"], momentum=cfg["momentum"])
loss_fn = nn.CrossEntropyLoss()


def accuracy(idx):
    net.eval()
    with torch.no_grad():
        return (net(images[idx]).argmax(dim=1) == labels[idx]).float().mean().item()


step = 0
for epoch in range(cfg["epochs"]):
    net.train()
    perm = train_idx[torch.randperm(len(train_idx))]
    for start in range(0, len(perm), cfg["batch_size"]):
        batch = perm[start : start + cfg["batch_size"]]
        logits = net(images[batch])
        loss = loss_fn(logits, labels[batch])
        loss.backward()
        opt.step()
        step += 1
    if epoch % 3 == 0:
        print(f"epoch {epoch} step {step} loss {loss.item():.3f} test acc {accuracy(test_idx):.3f}")

print("METRIC test_accuracy", accuracy(test_idx))
