"""Graph classification with GIN layers: does a ring compound hold two bonded hetero atoms?"""

import os
import random

import torch
import torch.nn.functional as F
from torch import nn
from torch.utils.data import DataLoader

SEED = int(os.environ.get("SEED", "0"))
torch.manual_seed(SEED)
random.seed(SEED)
torch.set_num_threads(1)

KINDS = 3  # C, N, O


def compound(label):
    """A ring with side atoms; it carries as many N and O in either class, bonded to one another only in class 1."""
    n = random.randint(8, 14)
    atoms = [0] * n
    i = random.randrange(n)
    j = (i + 1) % n if label else (i + random.randint(3, n - 3)) % n
    atoms[i], atoms[j] = 1, 2
    bonds = [(k, (k + 1) % n) for k in range(n)]
    for _ in range(random.randint(1, 3)):
        atoms.append(0)
        bonds.append((random.randrange(n), len(atoms) - 1))
    edges = bonds + [(b, a) for a, b in bonds]
    return torch.tensor(atoms), torch.tensor(edges).t(), label


def collate(graphs):
    atoms = torch.cat([a for a, _, _ in graphs])
    sizes = torch.tensor([len(a) for a, _, _ in graphs])
    graph_of = torch.repeat_interleave(torch.arange(len(graphs)), sizes)
    starts = (sizes.cumsum(0) - sizes).tolist()
    edges = torch.cat([e + start for (_, e, _), start in zip(graphs, starts)], dim=1)
    labels = torch.tensor([y for _, _, y in graphs])
    return atoms, edges, graph_of, labels


class GINConv(nn.Module):
    def __init__(self, dim):
        super().__init__()
        self.mlp = nn.Sequential(nn.Linear(dim, dim), nn.BatchNorm1d(dim), nn.ReLU(), nn.Linear(dim, dim))

    def forward(self, h, edges):
        source, destination = edges
        received = torch.zeros_like(h).index_add_(0, destination, h[source])
        return self.mlp(h + received)


class GraphNet(nn.Module):
    def __init__(self, dim=32, layers=2):
        super().__init__()
        self.embed = nn.Embedding(KINDS, dim)
        self.convs = nn.ModuleList(GINConv(dim) for _ in range(layers))
        self.readout = nn.Linear(dim, 2)

    def forward(self, atoms, edges, graph_of, n_graphs):
        h = self.embed(atoms)
        for conv in self.convs:
            h = F.relu(conv(h, edges))
        pooled = torch.zeros(n_graphs, h.size(1)).index_add_(0, graph_of, h)
        return self.readout(pooled)


train = [compound(i % 2) for i in range(800)]
test = [compound(i % 2) for i in range(300)]
train_loader = DataLoader(train, batch_size=32, shuffle=True, collate_fn=collate)
test_loader = DataLoader(test, batch_size=32, collate_fn=collate)
model = GraphNet()
optimizer = torch.optim.Adam(model.parameters(), lr=3e-3)

for epoch in range(10):
    model.train()
    for atoms, edges, graph_of, labels in train_loader:
        loss = F.cross_entropy(model(atoms, edges, graph_of, len(labels)), labels)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
    model.eval()
    hits = 0
    with torch.no_grad():
        for atoms, edges, graph_of, labels in test_loader:
            hits += (model(atoms, edges, graph_of, len(labels)).argmax(1) == labels).sum().item()
    print(f"epoch {epoch} loss {loss.item():.4f} accuracy {hits / len(test):.3f}")

print(f"METRIC accuracy {hits / len(test):.4f}")
