import os

import torch
from sklearn.datasets import load_digits
from torch import nn
from torch.optim.lr_scheduler import OneCycleLR
from torch.utils.data import DataLoader, TensorDataset

SEED = int(os.environ.get("SEED", "0"))
torch.manual_seed(SEED)
X = torch.tensor(load_digits().images, dtype=torch.float32)
X = ((X - X.mean()) / X.std()).unsqueeze(1)
Y = torch.tensor(load_digits().target)
perm = torch.randperm(len(X))
dl = DataLoader(TensorDataset(X[perm[:1400]], Y[perm[:1400]]), 70, shuffle=True)


def conv(i, o):
    return nn.Sequential(nn.Conv2d(i, o, 3, padding=1, bias=False), nn.BatchNorm2d(o), nn.ReLU())


model = nn.Sequential(conv(1, 12), nn.MaxPool2d(2), conv(12, 24), nn.MaxPool2d(2), nn.Flatten(), nn.Linear(96, 10))
EPOCHS = 8
opt = torch.optim.SGD(model.parameters(), lr=0.5, nesterov=True, momentum=0.9, weight_decay=5e-4)
sched = OneCycleLR(opt, max_lr=0.5, epochs=EPOCHS, steps_per_epoch=len(dl), pct_start=0.3)
for ep in range(EPOCHS):
    model.train()
    for xb, yb in dl:
        opt.zero_grad()
        loss = nn.functional.cross_entropy(model(xb), yb)
        loss.backward()
        opt.step()
        sched.step()
    print(ep, loss.item(), sched.get_last_lr())
model.eval()
with torch.no_grad():
    print("METRIC accuracy", (model(X[perm[1400:]]).argmax(1) == Y[perm[1400:]]).float().mean().item())
