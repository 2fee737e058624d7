"""Self-supervised learning without negatives: an online network predicts the output of its own moving average."""

import copy
import os

import torch
import torch.nn as nn
import torch.nn.functional as F

SEED = int(os.environ.get("SEED", "0"))
torch.manual_seed(SEED)
torch.set_num_threads(1)
CLASSES, SIGNAL, NUISANCE = 5, 8, 16
PROTO = 1.3 * torch.randn(CLASSES, SIGNAL)
MIX = torch.linalg.qr(torch.randn(SIGNAL + NUISANCE, SIGNAL + NUISANCE))[0]


def view(clean):
    return torch.cat([clean + 0.2 * torch.randn_like(clean), 1.2 * torch.randn(len(clean), NUISANCE)], 1) @ MIX


def head(i, o):
    return nn.Sequential(nn.Linear(i, 64), nn.BatchNorm1d(64), nn.ReLU(), nn.Linear(64, o))


class Online(nn.Module):
    def __init__(self):
        super().__init__()
        self.encoder = nn.Sequential(nn.Linear(SIGNAL + NUISANCE, 64), nn.BatchNorm1d(64), nn.ReLU(), nn.Linear(64, 32))
        self.projector = head(32, 24)

    def forward(self, x):
        return self.projector(self.encoder(x))


class BYOL(nn.Module):
    def __init__(self, decay=0.98):
        super().__init__()
        self.online = Online()
        self.predictor = head(24, 24)
        self.target = copy.deepcopy(self.online)
        self.target.requires_grad_(False)
        self.decay = decay

    def forward(self, a, b):
        pa, pb = self.predictor(self.online(a)), self.predictor(self.online(b))
        with torch.no_grad():
            ta, tb = self.target(a), self.target(b)
        return 2 - F.cosine_similarity(pa, tb).mean() - F.cosine_similarity(pb, ta).mean()

    @torch.no_grad()
    def move_target(self):
        for t, o in zip(self.target.parameters(), self.online.parameters()):
            t.lerp_(o, 1 - self.decay)


label = torch.randint(CLASSES, (1500,))
clean = PROTO[label] + 0.5 * torch.randn(1500, SIGNAL)
model = BYOL()
optimizer = torch.optim.AdamW([p for p in model.parameters() if p.requires_grad], lr=2e-3, weight_decay=1e-4)
for epoch in range(25):
    model.train()
    total = 0.0
    for idx in torch.randperm(1200).split(100):
        loss = model(view(clean[idx]), view(clean[idx]))
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        model.move_target()
        total += loss.item() / 12
    if epoch % 5 == 4:
        print(f"epoch {epoch + 1}: {total:.3f}")

model.eval()
with torch.no_grad():
    z = F.normalize(model.online.encoder(view(clean)), dim=1)
near = (z[1200:] @ z[:1200].T).topk(9, dim=1).indices
vote = F.one_hot(label[near], CLASSES).sum(1).argmax(1)
print("METRIC knn_accuracy", round((vote == label[1200:]).float().mean().item(), 4))
