"""Pretrain on upright digits, then fine-tune on inverted ones: stem frozen, its batch norm in eval mode, small rates per group."""

import os

import torch
import torch.nn as nn
from sklearn.datasets import load_digits

SEED = int(os.environ.get("SEED", "0"))
torch.manual_seed(SEED)
torch.set_num_threads(1)


class DigitNet(nn.Module):
    def __init__(self):
        super().__init__()
        self.stem = nn.Sequential(nn.Conv2d(1, 16, 3, padding=1), nn.BatchNorm2d(16), nn.ReLU())
        self.body = nn.Sequential(nn.Conv2d(16, 32, 3, padding=1), nn.BatchNorm2d(32), nn.ReLU(), nn.MaxPool2d(2))
        self.head = nn.Linear(32 * 16, 10)

    def forward(self, x):
        return self.head(self.body(self.stem(x)).flatten(1))


def epochs(model, x, y, optimizer, count, frozen=None):
    for _ in range(count):
        model.train()
        if frozen is not None:
            frozen.eval()
        for rows in torch.randperm(len(x)).split(32):
            loss = nn.functional.cross_entropy(model(x[rows]), y[rows])
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
        print(f"  loss {loss.item():.4f}")


@torch.no_grad()
def accuracy(model, x, y):
    model.eval()
    return (model(x).argmax(1) == y).float().mean().item()


digits = load_digits()
x = (torch.tensor(digits.images, dtype=torch.float32).unsqueeze(1) / 16 - 0.3) / 0.37
y = torch.tensor(digits.target)
order = torch.randperm(len(x))
x, y = x[order], y[order]
source, target, test = slice(0, 800), slice(800, 1300), slice(1300, None)
rotated = torch.rot90(x, 1, dims=(2, 3))

model = DigitNet()
print("pretraining")
epochs(model, x[source], y[source], torch.optim.Adam(model.parameters(), lr=1e-3), 6)
print(f"on rotated digits before fine-tuning: {accuracy(model, rotated[test], y[test]):.3f}")

for p in model.stem.parameters():
    p.requires_grad = False
optimizer = torch.optim.Adam(
    [{"params": model.body.parameters(), "lr": 2e-4}, {"params": model.head.parameters(), "lr": 5e-4}]
)
print("fine-tuning")
epochs(model, rotated[target], y[target], optimizer, 12, frozen=model.stem)
print(f"METRIC accuracy {accuracy(model, rotated[test], y[test]):.4f}")
