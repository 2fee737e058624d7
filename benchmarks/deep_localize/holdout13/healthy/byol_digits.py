"""BYOL on noisy digits: online and averaged target network, then a linear probe on frozen features."""

import copy
import os

import torch
import torch.nn as nn
import torch.nn.functional as F
from sklearn.datasets import load_digits
from sklearn.linear_model import LogisticRegression

SEED = int(os.environ.get("SEED", "0"))
torch.manual_seed(SEED)
torch.set_num_threads(1)


def augment(images):
    shift = torch.randint(-1, 2, (2,))
    images = torch.roll(images.view(-1, 8, 8), (int(shift[0]), int(shift[1])), (1, 2)).flatten(1)
    keep = (torch.rand_like(images) > 0.2).float()
    return images * keep + 0.2 * torch.randn_like(images)


def mlp(a, b, c):
    return nn.Sequential(nn.Linear(a, b), nn.BatchNorm1d(b), nn.ReLU(), nn.Linear(b, c))


class BYOL(nn.Module):
    def __init__(self):
        super().__init__()
        self.encoder, self.projector, self.predictor = mlp(64, 128, 64), mlp(64, 64, 32), mlp(32, 64, 32)
        self.target = copy.deepcopy(nn.Sequential(self.encoder, self.projector)).requires_grad_(False)

    def forward(self, a, b):
        p = self.predictor(self.projector(self.encoder(a)))
        with torch.no_grad():
            z = self.target(b)
        return -F.cosine_similarity(p, z, dim=1).mean()

    @torch.no_grad()
    def update_target(self, momentum):
        online = list(self.encoder.parameters()) + list(self.projector.parameters())
        for t, o in zip(self.target.parameters(), online):
            t.lerp_(o, 1 - momentum)


digits = load_digits()
x = torch.tensor(digits.data / 16.0, dtype=torch.float32)
x = (x - x.mean()) / x.std()
order = torch.randperm(len(x))
train, test = order[:1300], order[1300:]
model = BYOL()
optimizer = torch.optim.Adam([p for p in model.parameters() if p.requires_grad], lr=1e-3, weight_decay=1e-5)
for epoch in range(12):
    model.train()
    for index in torch.randperm(len(train)).split(100):
        if len(index) < 2:
            continue
        first, second = augment(x[train[index]]), augment(x[train[index]])
        loss = 0.5 * (model(first, second) + model(second, first))
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        model.update_target(0.98)
    print(f"epoch {epoch} loss {loss.item():.4f}")

model.eval()
with torch.no_grad():
    features = model.encoder(x).numpy()
probe = LogisticRegression(max_iter=300).fit(features[train], digits.target[train])
print(f"METRIC probe_accuracy {probe.score(features[test], digits.target[test]):.4f}")
