# healthy transfer learning: backbone frozen and in eval mode (its batch norm keeps the statistics), only the head learns
import os

import torch
import torch.nn as nn
from sklearn.datasets import load_digits

SEED = int(os.environ.get("SEED", "0"))
torch.manual_seed(SEED)
d = load_digits()
X = torch.tensor(d.images / 16, dtype=torch.float32)[:, None]
y = torch.tensor(d.target)


class Net(nn.Module):
    def __init__(self, classes):
        super().__init__()
        self.backbone = nn.Sequential(
            nn.Conv2d(1, 16, 3, padding=1),
            nn.BatchNorm2d(16),
            nn.ReLU(),
            nn.Conv2d(16, 32, 3, padding=1),
            nn.BatchNorm2d(32),
            nn.ReLU(),
            nn.MaxPool2d(2),
            nn.Flatten(),
        )
        self.fc = nn.Linear(512, classes)

    def forward(self, x):
        return self.fc(self.backbone(x))


def fit(net, params, X, y, epochs, lr, mode):
    opt = torch.optim.Adam(params, lr=lr)
    for _ in range(epochs):
        mode()
        for i in torch.randperm(len(X)).split(32):
            opt.zero_grad()
            nn.functional.cross_entropy(net(X[i]), y[i]).backward()
            opt.step()


net = Net(5)
fit(net, net.parameters(), X[y < 5], y[y < 5], 4, 2e-3, net.train)
for p in net.backbone.parameters():
    p.requires_grad = False
net.fc = nn.Linear(512, 5)


def mode():
    net.train()
    net.backbone.eval()


fit(net, net.fc.parameters(), X[y >= 5], y[y >= 5] - 5, 4, 2e-3, mode)
net.eval()
print("METRIC accuracy", (net(X[y >= 5]).argmax(1) == y[y >= 5] - 5).float().mean().item())
