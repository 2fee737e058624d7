# fine-tuning with a frozen backbone whose batch norm stays in eval mode
import os

import torch
import torch.nn as nn
from sklearn.datasets import load_digits

torch.manual_seed(int(os.environ.get("SEED", "0")))
data = load_digits()
X = torch.tensor(data.images, dtype=torch.float32)[:, None] / 16
y = torch.tensor(data.target)
order = torch.randperm(len(y))
X, y = X[order], y[order]


class Backbone(nn.Module):
    def __init__(self):
        super().__init__()
        self.body = nn.Sequential(
            nn.Conv2d(1, 16, 3, padding=1),
            nn.BatchNorm2d(16),
            nn.ReLU(),
            nn.MaxPool2d(2),
            nn.Conv2d(16, 32, 3, padding=1),
            nn.BatchNorm2d(32),
            nn.ReLU(),
            nn.Flatten(),
        )

    def forward(self, x):
        return self.body(x)


backbone = Backbone()
low, high = y < 5, y >= 5

pre_head = nn.Linear(32 * 16, 5)
pre = torch.optim.Adam([*backbone.parameters(), *pre_head.parameters()], lr=2e-3)
for _ in range(2):
    for idx in torch.randperm(int(low.sum())).split(64):
        loss = nn.functional.cross_entropy(pre_head(backbone(X[low][idx])), y[low][idx])
        pre.zero_grad()
        loss.backward()
        pre.step()

for p in backbone.parameters():
    p.requires_grad_(False)
head = nn.Sequential(nn.Linear(32 * 16, 32), nn.ReLU(), nn.Dropout(0.2), nn.Linear(32, 5))
optimizer = torch.optim.Adam(filter(lambda p: p.requires_grad, [*backbone.parameters(), *head.parameters()]), lr=2e-3)
Xh, yh = X[high], y[high] - 5
for epoch in range(5):
    head.train()
    backbone.eval()
    for idx in torch.randperm(600).split(32):
        loss = nn.functional.cross_entropy(head(backbone(Xh[idx])), yh[idx])
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
    print("epoch", epoch, loss.item())

head.eval()
with torch.no_grad():
    print("METRIC accuracy", (head(backbone(Xh[600:])).argmax(1) == yh[600:]).float().mean().item())
