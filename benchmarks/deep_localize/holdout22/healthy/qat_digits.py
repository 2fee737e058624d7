"""Quantization-aware training of a digit CNN: 4-bit weights and activations with straight-through rounding."""

import os
import random

import numpy as np
import torch
import torch.nn as nn
import torch.nn.functional as F
from sklearn.datasets import load_digits
from sklearn.model_selection import train_test_split

SEED = int(os.environ.get("SEED", "0"))
random.seed(SEED)
np.random.seed(SEED)
torch.manual_seed(SEED)
torch.set_num_threads(1)


class RoundSTE(torch.autograd.Function):
    @staticmethod
    def forward(ctx, x):
        return torch.round(x)

    @staticmethod
    def backward(ctx, grad):
        return grad


def quantize_weight(w, bits):
    levels = 2 ** (bits - 1) - 1
    scale = w.detach().abs().max() / levels
    return RoundSTE.apply(w / scale) * scale


def quantize_activation(x, bits, top=4.0):
    levels = 2**bits - 1
    return RoundSTE.apply(x.clamp(0, top) * (levels / top)) * (top / levels)


class QConv(nn.Conv2d):
    def forward(self, x):
        return F.conv2d(x, quantize_weight(self.weight, 4), self.bias, self.stride, self.padding)


class QLinear(nn.Linear):
    def forward(self, x):
        return F.linear(x, quantize_weight(self.weight, 4), self.bias)


class QNet(nn.Module):
    def __init__(self):
        super().__init__()
        self.conv1 = QConv(1, 12, 3, padding=1)
        self.bn1 = nn.BatchNorm2d(12)
        self.conv2 = QConv(12, 24, 3, padding=1)
        self.bn2 = nn.BatchNorm2d(24)
        self.fc = QLinear(24 * 4, 10)

    def forward(self, x):
        x = F.max_pool2d(quantize_activation(self.bn1(self.conv1(x)), 4), 2)
        x = F.max_pool2d(quantize_activation(self.bn2(self.conv2(x)), 4), 2)
        return self.fc(x.flatten(1))


digits = load_digits()
images = torch.tensor(digits.images[:, None] / 16.0, dtype=torch.float32)
labels = torch.tensor(digits.target)
train, test = train_test_split(np.arange(len(labels)), test_size=0.25, random_state=SEED)
train, test = torch.from_numpy(train), torch.from_numpy(test)

net = QNet()
optimizer = torch.optim.Adam(net.parameters(), lr=3e-3)
for epoch in range(10):
    net.train()
    total = 0.0
    for batch in train[torch.randperm(len(train))].split(64):
        loss = F.cross_entropy(net(images[batch]), labels[batch])
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        total += loss.item() * len(batch)
    print(f"epoch {epoch}: {total / len(train):.4f}")

net.eval()
with torch.no_grad():
    print("METRIC test_accuracy", (net(images[test]).argmax(1) == labels[test]).float().mean().item())
