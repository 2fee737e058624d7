"""BYOL-like self-supervision: a target network by moving average, a predictor, a loss of minus cosine."""

import copy
import os

import torch
import torch.nn as nn
import torch.nn.functional as F
from sklearn.datasets import load_digits
from sklearn.linear_model import LogisticRegression

SEED = int(os.environ.get("SEED", "0"))
torch.manual_seed(SEED)

x, y = load_digits(return_X_y=True)
x = torch.tensor(x, dtype=torch.float32) / 16
order = torch.randperm(len(x))
x, y = x[order], y[order.numpy()]


def augment(images):
    images = images.view(-1, 1, 8, 8)
    theta = torch.zeros(len(images), 2, 3)
    angle = (torch.rand(len(images)) - 0.5) * 0.5
    theta[:, 0, 0], theta[:, 0, 1] = angle.cos(), -angle.sin()
    theta[:, 1, 0], theta[:, 1, 1] = angle.sin(), angle.cos()
    theta[:, :, 2] = (torch.rand(len(images), 2) - 0.5) * 0.4
    grid = F.affine_grid(theta, images.shape, align_corners=False)
    moved = F.grid_sample(images, grid, align_corners=False)
    return (moved + 0.05 * torch.randn_like(moved)).flatten(1)


def mlp(i, h, o):
    return nn.Sequential(nn.Linear(i, h), nn.BatchNorm1d(h), nn.ReLU(), nn.Linear(h, o))


encoder, projector, predictor = mlp(64, 128, 64), mlp(64, 64, 32), mlp(32, 32, 32)
target = copy.deepcopy(nn.Sequential(encoder, projector)).requires_grad_(False)
optimizer = torch.optim.Adam(
    [*encoder.parameters(), *projector.parameters(), *predictor.parameters()], lr=2e-3, weight_decay=1e-6
)
for step in range(350):
    batch = x[torch.randint(1300, (128,))]
    a, b = augment(batch), augment(batch)
    loss = 0.0
    for one, other in ((a, b), (b, a)):
        p = F.normalize(predictor(projector(encoder(one))), dim=1)
        with torch.no_grad():
            z = F.normalize(target(other), dim=1)
        loss = loss - (p * z).sum(1).mean()
    optimizer.zero_grad()
    loss.backward()
    optimizer.step()
    with torch.no_grad():
        online = [*encoder.parameters(), *projector.parameters()]
        for slow, fast in zip(target.parameters(), online):
            slow.lerp_(fast, 0.02)
    if step % 70 == 69:
        print(step + 1, loss.item())

encoder.eval()
with torch.no_grad():
    z = encoder(x).numpy()
probe = LogisticRegression(max_iter=300).fit(z[:300], y[:300])
print("METRIC probe_accuracy", probe.score(z[1300:], y[1300:]))
