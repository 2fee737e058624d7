"""A pretrained body, thawed one layer after another from the top, each with a smaller rate."""

import os

import torch
import torch.nn as nn
import torch.nn.functional as F
from sklearn.datasets import load_digits

SEED = int(os.environ.get("SEED", "0"))
torch.manual_seed(SEED)

x, y = load_digits(return_X_y=True)
x, y = torch.tensor(x, dtype=torch.float32) / 16, torch.tensor(y)
order = torch.randperm(len(x))
x, y = x[order], y[order]

body = nn.ModuleList([nn.Linear(64, 96), nn.Linear(96, 64), nn.Linear(64, 48)])


def encode(x):
    for layer in body:
        x = F.relu(layer(x))
    return x


# Pretraining: which of the four quarter turns?
turn_head = nn.Linear(48, 4)
opt = torch.optim.Adam([*body.parameters(), *turn_head.parameters()], lr=2e-3)
images = x[:1200].view(-1, 8, 8)
for epoch in range(6):
    for idx in torch.randperm(1200).split(60):
        k = torch.randint(4, (1,)).item()
        turned = torch.cat([torch.rot90(images[idx], r, (1, 2)) for r in range(4)]).flatten(1)
        target = torch.arange(4).repeat_interleave(len(idx))
        loss = F.cross_entropy(turn_head(encode(turned)), target)
        opt.zero_grad()
        loss.backward()
        opt.step()

# Fine-tuning on 500 labels.
classifier = nn.Linear(48, 10)
body.requires_grad_(False)
optimizer = torch.optim.Adam([{"params": classifier.parameters(), "lr": 1e-2}])
for stage in range(4):
    if stage > 0:
        layer = body[3 - stage]
        layer.requires_grad_(True)
        optimizer.add_param_group({"params": layer.parameters(), "lr": 3e-3 / 2**stage})
    for epoch in range(14):
        for idx in torch.randperm(500).split(25):
            loss = F.cross_entropy(classifier(encode(x[idx])), y[idx])
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
    print(f"stage {stage} loss {loss.item():.3f}")

with torch.no_grad():
    accuracy = (classifier(encode(x[1200:])).argmax(1) == y[1200:]).float().mean().item()
print("METRIC accuracy", accuracy)
