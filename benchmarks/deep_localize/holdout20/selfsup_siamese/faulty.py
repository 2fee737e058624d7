"""Learn digit representations without labels from two augmented views of each picture (SimSiam)."""

import os
import random

import numpy as np
import torch
import torch.nn as nn
import torch.nn.functional as F
from sklearn.datasets import load_digits

SEED = int(os.environ.get("SEED", "0"))
random.seed(SEED)
np.random.seed(SEED)
torch.manual_seed(SEED)
torch.set_num_threads(1)

DIM = 32


def augment(images):
    dy, dx = random.randint(-1, 1), random.randint(-1, 1)
    images = torch.roll(images, (dy, dx), dims=(2, 3))
    images = images * (torch.rand(len(images), 1, 1, 1) * 0.6 + 0.7)
    keep = (torch.rand_like(images) > 0.2).float()
    return images * keep + 0.1 * torch.randn_like(images)


class SimSiam(nn.Module):
    def __init__(self):
        super().__init__()
        self.encoder = nn.Sequential(
            nn.Flatten(),
            nn.Linear(64, 128),
            nn.BatchNorm1d(128),
            nn.ReLU(),
            nn.Linear(128, 64),
            nn.BatchNorm1d(64),
            nn.ReLU(),
        )
        self.projector = nn.Sequential(nn.Linear(64, 64), nn.BatchNorm1d(64), nn.ReLU(), nn.Linear(64, DIM))
        self.predictor = nn.Sequential(nn.Linear(DIM, 16), nn.BatchNorm1d(16), nn.ReLU(), nn.Linear(16, DIM))

    def forward(self, x1, x2):
        z1, z2 = self.projector(self.encoder(x1)), self.projector(self.encoder(x2))
        p1, p2 = self.predictor(z1), self.predictor(z2)
        return p1, p2, z1, z2


def criterion(p, z):
    return -F.cosine_similarity(p, z, dim=-1).mean()


def main():
    digits = load_digits()
    images = torch.tensor(digits.images, dtype=torch.float32).unsqueeze(1) / 16
    labels = torch.tensor(digits.target)

    model = SimSiam()
    optimizer = torch.optim.SGD(model.parameters(), lr=0.1, momentum=0.9, weight_decay=1e-4)
    steps = 400
    scheduler = torch.optim.lr_scheduler.CosineAnnealingLR(optimizer, steps)
    for step in range(steps):
        batch = images[torch.randint(len(images), (128,))]
        p1, p2, z1, z2 = model(augment(batch), augment(batch))
        loss = 0.5 * criterion(p1, z2) + 0.5 * criterion(p2, z1)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        scheduler.step()
        if step % 50 == 0:
            print(f"step {step:4d} loss {loss.item():.4f}")

    with torch.no_grad():
        z = F.normalize(model.projector(model.encoder(images)), dim=-1)
        spread = z.std(0).mean().item() * DIM**0.5
        similarity = z @ z.T
        similarity.fill_diagonal_(-2)
        neighbours = labels[similarity.topk(5, dim=1).indices].mode(1).values
        print("nearest-neighbour accuracy", (neighbours == labels).float().mean().item())
    print("METRIC spread", spread)


if __name__ == "__main__":
    main()
