"""Two noisy views of a thing have to predict one another; the target network follows by a moving average."""

import copy
import os

import torch
import torch.nn as nn
import torch.nn.functional as F

torch.manual_seed(int(os.environ.get("SEED", "0")))
torch.set_num_threads(1)

CLASSES = 6
prototypes = torch.randn(CLASSES, 24)


def things(n):
    y = torch.randint(0, CLASSES, (n,))
    return prototypes[y] + 0.7 * torch.randn(n, 24), y


def view(x):
    return x * (torch.rand_like(x) > 0.25) * (1 + 0.2 * torch.randn(len(x), 1)) + 0.2 * torch.randn_like(x)


def block(d_in, d_hidden, d_out):
    return nn.Sequential(nn.Linear(d_in, d_hidden), nn.BatchNorm1d(d_hidden), nn.ReLU(), nn.Linear(d_hidden, d_out))


class Online(nn.Module):
    def __init__(self):
        super().__init__()
        self.encoder = block(24, 64, 32)
        self.projector = block(32, 64, 16)
        self.predictor = block(16, 32, 16)

    def project(self, x):
        return self.projector(self.encoder(x))

    def forward(self, x):
        return self.predictor(self.project(x))


online = Online()
target = copy.deepcopy(online)
for p in target.parameters():
    p.requires_grad_(False)
optimizer = torch.optim.SGD(online.parameters(), lr=0.1, momentum=0.9, weight_decay=1e-4)
x, y = things(2000)

for epoch in range(10):
    for idx in torch.randperm(len(x)).split(100):
        a, b = view(x[idx]), view(x[idx])
        with torch.no_grad():
            ta, tb = target.project(a), target.project(b)
        loss = 2 - F.cosine_similarity(online(a), tb).mean() - F.cosine_similarity(online(b), ta).mean()
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        with torch.no_grad():
            for po, pt in zip(online.parameters(), target.parameters()):
                pt.lerp_(po, 0.02)
    print(f"epoch {epoch} loss {loss.item():.4f}")

# how well does a nearest centroid do on the features?
online.eval()
x_test, y_test = things(600)
with torch.no_grad():
    train, test = F.normalize(online.encoder(x), dim=1), F.normalize(online.encoder(x_test), dim=1)
    centroids = torch.stack([train[y == c].mean(0) for c in range(CLASSES)])
    accuracy = (torch.cdist(test, centroids).argmin(1) == y_test).float().mean().item()
print("METRIC centroid_accuracy", accuracy)
