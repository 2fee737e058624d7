"""Transfer: a network trained on digits 0-4 is adapted to 5-9; stem frozen, middle with a tiny rate, new head."""

import os

import torch
import torch.nn as nn
import torch.nn.functional as F
from sklearn.datasets import load_digits

SEED = int(os.environ.get("SEED", "0"))
torch.manual_seed(SEED)
torch.set_num_threads(1)


class Net(nn.Module):
    def __init__(self, classes):
        super().__init__()
        self.stem = nn.Sequential(nn.Conv2d(1, 12, 3, padding=1), nn.BatchNorm2d(12), nn.ReLU())
        self.middle = nn.Sequential(nn.Conv2d(12, 24, 3, stride=2, padding=1), nn.ReLU(), nn.Flatten())
        self.head = nn.Linear(24 * 16, classes)

    def forward(self, x):
        return self.head(self.middle(self.stem(x)))


def fit(model, optimizer, x, y, epochs, frozen=()):
    for epoch in range(epochs):
        model.train()
        for module in frozen:
            module.eval()
        for index in torch.randperm(len(x)).split(32):
            loss = F.cross_entropy(model(x[index]), y[index])
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
        print(f"  epoch {epoch} loss {loss.item():.4f}")


digits = load_digits()
images = torch.tensor(digits.images / 16.0, dtype=torch.float32)[:, None]
labels = torch.tensor(digits.target)
low = labels < 5

print("pretraining")
model = Net(5)
fit(model, torch.optim.Adam(model.parameters(), lr=2e-3), images[low], labels[low], epochs=5)

print("adapting")
x, y = images[~low], labels[~low] - 5
order = torch.randperm(len(x))
train, test = order[:500], order[500:]
model.head = nn.Linear(24 * 16, 5)
model.stem.requires_grad_(False)
optimizer = torch.optim.Adam(
    [{"params": model.middle.parameters(), "lr": 5e-5}, {"params": model.head.parameters(), "lr": 3e-3}]
)
fit(model, optimizer, x[train], y[train], epochs=8, frozen=[model.stem])

model.eval()
with torch.no_grad():
    accuracy = (model(x[test]).argmax(1) == y[test]).float().mean().item()
print(f"METRIC accuracy {accuracy:.4f}")
