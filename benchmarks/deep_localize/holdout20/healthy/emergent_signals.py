"""A sender and a receiver invent a code of two discrete symbols to talk about objects."""

import os
import random

import numpy as np
import torch
import torch.nn.functional as F
from torch import nn

SEED = int(os.environ.get("SEED", "0"))
random.seed(SEED)
np.random.seed(SEED)
torch.manual_seed(SEED)
torch.set_num_threads(1)

N_VALUES, N_SYMBOLS, LENGTH = 5, 10, 2


class Sender(nn.Module):
    def __init__(self):
        super().__init__()
        self.hidden = nn.Linear(2 * N_VALUES, 64)
        self.heads = nn.ModuleList(nn.Linear(64, N_SYMBOLS) for _ in range(LENGTH))

    def forward(self, x, tau):
        h = torch.relu(self.hidden(x))
        return torch.stack([F.gumbel_softmax(head(h), tau=tau, hard=True) for head in self.heads], 1)


class Receiver(nn.Module):
    def __init__(self):
        super().__init__()
        self.body = nn.Sequential(nn.Flatten(), nn.Linear(N_SYMBOLS * LENGTH, 64), nn.ReLU())
        self.shape = nn.Linear(64, N_VALUES)
        self.color = nn.Linear(64, N_VALUES)

    def forward(self, message):
        h = self.body(message)
        return self.shape(h), self.color(h)


def batch(n):
    labels = torch.randint(N_VALUES, (n, 2))
    return F.one_hot(labels, N_VALUES).float().flatten(1), labels


sender, receiver = Sender(), Receiver()
opt_sender = torch.optim.Adam(sender.parameters(), lr=3e-3)
opt_receiver = torch.optim.Adam(receiver.parameters(), lr=5e-3)

for step in range(600):
    tau = max(0.7, 2.0 * 0.997**step)
    x, labels = batch(128)
    shape, color = receiver(sender(x, tau))
    loss = F.cross_entropy(shape, labels[:, 0]) + F.cross_entropy(color, labels[:, 1])
    opt_sender.zero_grad()
    opt_receiver.zero_grad()
    loss.backward()
    opt_sender.step()
    opt_receiver.step()
    if step % 100 == 0:
        print(f"step {step} tau {tau:.2f} loss {loss.item():.3f}")

with torch.no_grad():
    x, labels = batch(1000)
    shape, color = receiver(sender(x, 0.1))
    right = torch.stack([shape.argmax(1) == labels[:, 0], color.argmax(1) == labels[:, 1]])
print("METRIC attribute_accuracy", right.float().mean().item())
