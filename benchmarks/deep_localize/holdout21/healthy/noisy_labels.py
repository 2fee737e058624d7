"""Digits with 45% of the training labels replaced at random: high training loss, low training accuracy, good model."""

import os

import torch
import torch.nn as nn
import torch.nn.functional as F
from sklearn.datasets import load_digits

torch.manual_seed(int(os.environ.get("SEED", 0)))
X, y = load_digits(return_X_y=True)
X, y = torch.tensor(X / 16, dtype=torch.float32), torch.tensor(y)
p = torch.randperm(len(X))
X, y = X[p], y[p]
Xtr, ytr, Xte, yte = X[:1300], y[:1300].clone(), X[1300:], y[1300:]
flip = torch.rand(1300) < 0.45
ytr[flip] = torch.randint(0, 10, (int(flip.sum()),))


class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.features = nn.Sequential(
            nn.Linear(64, 256), nn.ReLU(), nn.Dropout(0.6), nn.Linear(256, 256), nn.ReLU(), nn.Dropout(0.6)
        )
        self.classifier = nn.Linear(256, 10)

    def forward(self, x):
        return self.classifier(self.features(x))


net = Net()
opt = torch.optim.AdamW(net.parameters(), lr=1e-3, weight_decay=0.1)
for epoch in range(16):
    net.train()
    tot = hit = 0.0
    for idx in torch.randperm(1300).split(65):
        out = net(Xtr[idx])
        loss = F.cross_entropy(out, ytr[idx])
        opt.zero_grad()
        loss.backward()
        opt.step()
        tot += loss.item() / 20
        hit += (out.argmax(1) == ytr[idx]).sum().item() / 1300
    net.eval()
    with torch.no_grad():
        o = net(Xte)
    acc = (o.argmax(1) == yte).float().mean().item()
    print(
        f"epoch {epoch} train loss {tot:.3f} train acc {hit:.3f} test loss {F.cross_entropy(o, yte).item():.3f} test acc {acc:.3f}"
    )
print("METRIC clean_accuracy", acc)
