"""Bootstrap-your-own-latent on noisy views: the target network only follows by moving average."""

import copy
import os

import torch
import torch.nn.functional as F
from torch import nn

SEED = int(os.environ.get("SEED", "0"))
torch.manual_seed(SEED)
torch.set_num_threads(1)

centres = 2 * torch.randn(6, 8)
mix = torch.randn(16, 32) / 4


def view(content):
    return torch.cat([content, 2 * torch.randn(len(content), 8)], 1) @ mix


def objects(n):
    y = torch.randint(0, 6, (n,))
    return centres[y] + 0.7 * torch.randn(n, 8), y


def mlp(a, hidden, b):
    return nn.Sequential(nn.Linear(a, hidden), nn.BatchNorm1d(hidden), nn.ReLU(), nn.Linear(hidden, b))


online = nn.Sequential(mlp(32, 64, 24), mlp(24, 48, 16))
predictor = mlp(16, 48, 16)
target = copy.deepcopy(online).requires_grad_(False)
optimizer = torch.optim.AdamW([*online.parameters(), *predictor.parameters()], lr=3e-3, weight_decay=1e-4)


def update_target(decay=0.98):
    with torch.no_grad():
        for slow, fast in zip(target.parameters(), online.parameters()):
            slow.lerp_(fast, 1 - decay)


content, y = objects(1200)
for step in range(300):
    idx = torch.randint(0, len(content), (96,))
    v1, v2 = view(content[idx]), view(content[idx])
    loss = 0.0
    for a, b in ((v1, v2), (v2, v1)):
        with torch.no_grad():
            goal = F.normalize(target(b), dim=1)
        loss = loss + (2 - 2 * (F.normalize(predictor(online(a)), dim=1) * goal).sum(1)).mean()
    optimizer.zero_grad()
    loss.backward()
    optimizer.step()
    update_target()
    if step % 100 == 99:
        print(f"step {step + 1} loss {loss.item():.3f}")

# nearest class mean on frozen features
online.eval()
test, y_test = objects(400)
with torch.no_grad():
    feats, feats_test = online[0](view(content)), online[0](view(test))
    means = torch.stack([feats[y == c].mean(0) for c in range(6)])
    acc = (torch.cdist(feats_test, means).argmin(1) == y_test).float().mean().item()
print(f"METRIC probe_accuracy {acc:.4f}")
