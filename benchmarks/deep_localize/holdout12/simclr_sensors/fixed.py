"""Contrastive pre-training on sensor vectors, judged by a nearest-neighbour classifier on the embedding."""

import os

import torch
import torch.nn.functional as F
from torch import nn

SEED = int(os.environ.get("SEED", "0"))
torch.manual_seed(SEED)
torch.set_num_threads(1)

CONTENT, NUISANCE, SENSORS, CLASSES = 6, 10, 32, 8


class World:
    """Readings mix what an object is with the circumstances of its recording."""

    def __init__(self):
        self.centres = 2.0 * torch.randn(CLASSES, CONTENT)
        self.mix = torch.randn(CONTENT + NUISANCE, SENSORS) / 4

    def objects(self, n):
        y = torch.randint(0, CLASSES, (n,))
        return self.centres[y] + 0.6 * torch.randn(n, CONTENT), y

    def record(self, objects):
        circumstances = 3.0 * torch.randn(len(objects), NUISANCE)
        clean = torch.cat([objects, circumstances], 1) @ self.mix
        return clean + 0.05 * torch.randn_like(clean)


class Encoder(nn.Module):
    def __init__(self, dim=16):
        super().__init__()
        self.backbone = nn.Sequential(nn.Linear(SENSORS, 64), nn.ReLU(), nn.Linear(64, dim))
        self.projector = nn.Sequential(nn.Linear(dim, 32), nn.ReLU(), nn.Linear(32, 16))

    def forward(self, x):
        return self.projector(self.backbone(x))


def nt_xent(z1, z2, temperature=0.3):
    n = len(z1)
    z = F.normalize(torch.cat([z1, z2], dim=0), dim=1)
    sim = z @ z.T / temperature
    sim.fill_diagonal_(float("-inf"))
    positives = (torch.arange(2 * n) + n) % (2 * n)
    return F.cross_entropy(sim, positives)


@torch.no_grad()
def knn_accuracy(encoder, bank, bank_y, queries, queries_y, k=7):
    encoder.eval()
    a, b = F.normalize(encoder.backbone(queries), dim=1), F.normalize(encoder.backbone(bank), dim=1)
    near = (a @ b.T).topk(k, dim=1).indices
    return (bank_y[near].mode(dim=1).values == queries_y).float().mean().item()


def main():
    world = World()
    objects, y = world.objects(1000)
    test_objects, test_y = world.objects(300)
    bank, queries = world.record(objects), world.record(test_objects)
    encoder = Encoder()
    optimizer = torch.optim.Adam(encoder.parameters(), lr=2e-3)
    for epoch in range(30):
        encoder.train()
        total = 0.0
        for idx in torch.randperm(len(objects)).split(100):
            view1, view2 = world.record(objects[idx]), world.record(objects[idx])
            loss = nt_xent(encoder(view1), encoder(view2))
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
            total += loss.item()
        if epoch % 10 == 9:
            print(f"epoch {epoch + 1} loss {total / 10:.3f} knn {knn_accuracy(encoder, bank, y, queries, test_y):.3f}")
    print(f"METRIC knn_accuracy {knn_accuracy(encoder, bank, y, queries, test_y):.4f}")


main()
