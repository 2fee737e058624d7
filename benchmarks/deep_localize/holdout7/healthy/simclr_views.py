"""Contrastive learning of two noisy views of a signal, then nearest neighbours on the embedding."""

import os

import torch
import torch.nn as nn
import torch.nn.functional as F

torch.manual_seed(int(os.environ.get("SEED", "0")))
torch.set_num_threads(1)


def signals(n):
    y = torch.randint(0, 5, (n,))
    t = torch.linspace(0, 1, 32)
    f = torch.tensor([2.0, 3.0, 4.5, 6.0, 8.0])[y]
    return torch.sin(6.2832 * (f[:, None] * t + torch.rand(n, 1))), y


def view(x):
    shift = int(torch.randint(0, 32, (1,)))
    return (0.7 + 0.6 * torch.rand(len(x), 1)) * x.roll(shift, 1) + 0.2 * torch.randn_like(x)


encoder = nn.Sequential(
    nn.Unflatten(1, (1, 32)),
    nn.Conv1d(1, 16, 7, padding=3),
    nn.ReLU(),
    nn.Conv1d(16, 16, 5, padding=2),
    nn.ReLU(),
    nn.AdaptiveAvgPool1d(1),
    nn.Flatten(),
)
projector = nn.Sequential(nn.Linear(16, 32), nn.ReLU(), nn.Linear(32, 16))
optimizer = torch.optim.Adam([*encoder.parameters(), *projector.parameters()], lr=4e-3)


def nt_xent(a, b, temperature=0.2):
    z = F.normalize(torch.cat([a, b]), dim=1)
    similarity = (z @ z.T / temperature).masked_fill(torch.eye(len(z), dtype=torch.bool), float("-inf"))
    return F.cross_entropy(similarity, torch.arange(len(z)).roll(len(a)))


x, y = signals(1000)
tx, ty = signals(300)
for epoch in range(15):
    total = 0.0
    for idx in torch.randperm(1000).split(100):
        loss = nt_xent(projector(encoder(view(x[idx]))), projector(encoder(view(x[idx]))))
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        total += loss.item() / 10
    print(f"epoch {epoch} loss {total:.3f}")
with torch.no_grad():
    near = torch.cdist(encoder(tx), encoder(x)).topk(5, largest=False).indices
print("METRIC accuracy", (y[near].mode(1).values == ty).float().mean().item())
