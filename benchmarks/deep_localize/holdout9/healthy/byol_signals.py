"""Bootstrap your own latent on one-dimensional signals: a slow copy gives the targets, no negatives are used."""

import copy
import os

import torch
import torch.nn as nn
import torch.nn.functional as F
from sklearn.neighbors import KNeighborsClassifier

torch.manual_seed(int(os.environ.get("SEED", "0")))
torch.set_num_threads(1)

CLASSES, LENGTH, TAU = 5, 48, 0.98


def signals(n):
    y = torch.randint(CLASSES, (n,))
    t = torch.linspace(0, 1, LENGTH)
    frequency = (1 + 2 * y).float().unsqueeze(1)
    phase = 6.28 * torch.rand(n, 1)
    return torch.sin(6.28 * frequency * t + phase).unsqueeze(1), y


def view(x):
    x = x * (0.6 + 0.8 * torch.rand(len(x), 1, 1)) + 0.3 * torch.randn_like(x)
    return torch.roll(x, torch.randint(0, LENGTH, ()).item(), dims=2)


def encoder():
    return nn.Sequential(
        nn.Conv1d(1, 16, 7, padding=3),
        nn.BatchNorm1d(16),
        nn.ReLU(),
        nn.MaxPool1d(2),
        nn.Conv1d(16, 32, 5, padding=2),
        nn.BatchNorm1d(32),
        nn.ReLU(),
        nn.AdaptiveAvgPool1d(1),
        nn.Flatten(),
    )


def head(n_in, n_out):
    return nn.Sequential(nn.Linear(n_in, 64), nn.BatchNorm1d(64), nn.ReLU(), nn.Linear(64, n_out))


online = nn.Sequential(encoder(), head(32, 16))
predictor = head(16, 16)
target = copy.deepcopy(online).requires_grad_(False)
optimizer = torch.optim.Adam([*online.parameters(), *predictor.parameters()], lr=2e-3)

pool, pool_labels = signals(1024)
for epoch in range(10):
    total = 0.0
    for idx in torch.randperm(len(pool)).split(128):
        a, b = view(pool[idx]), view(pool[idx])
        pa, pb = predictor(online(a)), predictor(online(b))
        with torch.no_grad():
            ta, tb = target(a), target(b)
        loss = 4 - 2 * (F.cosine_similarity(pa, tb) + F.cosine_similarity(pb, ta)).mean()
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        with torch.no_grad():
            for slow, fast in zip(target.parameters(), online.parameters()):
                slow.lerp_(fast, 1 - TAU)
        total += loss.item()
    print(f"epoch {epoch}: loss {total / 8:.4f}")

online.eval()
x_test, y_test = signals(400)
with torch.no_grad():
    known, asked = online[0](pool).numpy(), online[0](x_test).numpy()
print("METRIC knn_accuracy", KNeighborsClassifier(5).fit(known, pool_labels).score(asked, y_test))
