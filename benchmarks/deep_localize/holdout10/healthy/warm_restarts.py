"""SGD with warm restarts (SGDR): the rate falls to almost 0 and jumps back, several times."""

import os

import torch
import torch.nn as nn
from sklearn.datasets import load_digits
from torch.utils.data import DataLoader, TensorDataset

SEED = int(os.environ.get("SEED", "0"))
torch.manual_seed(SEED)
torch.set_num_threads(1)

raw = load_digits()
x = torch.tensor(raw.images, dtype=torch.float32).unsqueeze(1) / 16
y = torch.tensor(raw.target)
perm = torch.randperm(len(x))
train = TensorDataset(x[perm[:1300]], y[perm[:1300]])
x_val, y_val = x[perm[1300:]], y[perm[1300:]]


def conv(n_in, n_out):
    return nn.Sequential(nn.Conv2d(n_in, n_out, 3, padding=1, bias=False), nn.BatchNorm2d(n_out), nn.ReLU())


model = nn.Sequential(
    conv(1, 12), nn.MaxPool2d(2), conv(12, 24), nn.AdaptiveAvgPool2d(2), nn.Flatten(), nn.Linear(96, 10)
)
optimizer = torch.optim.SGD(model.parameters(), lr=0.2, momentum=0.9, nesterov=True, weight_decay=5e-4)
scheduler = torch.optim.lr_scheduler.CosineAnnealingWarmRestarts(optimizer, T_0=2, T_mult=2, eta_min=1e-5)
loader = DataLoader(train, batch_size=64, shuffle=True, drop_last=True)


def accuracy():
    model.eval()
    with torch.no_grad():
        return (model(x_val).argmax(1) == y_val).float().mean().item()


for epoch in range(14):  # cycles of 2, 4 and 8 epochs
    model.train()
    for i, (images, targets) in enumerate(loader):
        optimizer.zero_grad()
        loss = nn.functional.cross_entropy(model(images), targets, label_smoothing=0.1)
        loss.backward()
        optimizer.step()
        scheduler.step(epoch + (i + 1) / len(loader))
    print(f"epoch {epoch} lr {scheduler.get_last_lr()[0]:.5f} loss {loss.item():.4f} accuracy {accuracy():.3f}")

print("METRIC accuracy", accuracy())
