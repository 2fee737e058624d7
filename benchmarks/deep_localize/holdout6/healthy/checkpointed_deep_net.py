"""A deep residual network whose blocks are computed again in the backward pass."""

import os

import torch
import torch.nn as nn
import torch.nn.functional as F
from sklearn.datasets import load_digits
from torch.utils.checkpoint import checkpoint

SEED = int(os.environ.get("SEED", "0"))
torch.manual_seed(SEED)

x, y = load_digits(return_X_y=True)
x, y = torch.tensor(x, dtype=torch.float32) / 16, torch.tensor(y)
order = torch.randperm(len(x))
x, y = x[order], y[order]


class Block(nn.Module):
    def __init__(self, width):
        super().__init__()
        self.norm = nn.LayerNorm(width)
        self.fc1 = nn.Linear(width, width)
        self.fc2 = nn.Linear(width, width)
        nn.init.zeros_(self.fc2.weight)
        nn.init.zeros_(self.fc2.bias)

    def forward(self, x):
        return x + self.fc2(F.gelu(self.fc1(self.norm(x))))


class DeepNet(nn.Module):
    def __init__(self, width=48, depth=10):
        super().__init__()
        self.stem = nn.Linear(64, width)
        self.blocks = nn.ModuleList(Block(width) for _ in range(depth))
        self.head = nn.Linear(width, 10)

    def forward(self, x):
        x = self.stem(x)
        for i, block in enumerate(self.blocks):
            if self.training and torch.rand(1).item() < 0.2 * i / len(self.blocks):
                continue  # stochastic depth
            x = checkpoint(block, x, use_reentrant=False) if self.training else block(x)
        return self.head(x)


model = DeepNet()
optimizer = torch.optim.AdamW(model.parameters(), lr=2e-3, weight_decay=0.05)
for epoch in range(8):
    model.train()
    for idx in torch.randperm(1300).split(50):
        loss = F.cross_entropy(model(x[idx]), y[idx], label_smoothing=0.1)
        optimizer.zero_grad(set_to_none=True)
        loss.backward()
        optimizer.step()
    print(f"epoch {epoch + 1} loss {loss.item():.3f}")

model.eval()
with torch.no_grad():
    accuracy = (model(x[1300:]).argmax(1) == y[1300:]).float().mean().item()
print("METRIC accuracy", accuracy)
