"""Self-supervised: momentum encoder and a queue of negatives, then a nearest-neighbour check."""

import copy
import os

import torch
import torch.nn as nn
import torch.nn.functional as F

torch.manual_seed(int(os.environ.get("SEED", "0")))
CLUSTERS, DIM, K, T, M = 6, 20, 256, 0.2, 0.98
means = torch.randn(CLUSTERS, DIM) * 1.2
label = torch.randint(0, CLUSTERS, (1200,))
x = means[label] + 0.7 * torch.randn(1200, DIM)


def augment(v):
    keep = (torch.rand_like(v) > 0.2).float()
    return v * keep + 0.3 * torch.randn_like(v)


class Encoder(nn.Module):
    def __init__(self):
        super().__init__()
        self.base = nn.Sequential(nn.Linear(DIM, 64), nn.ReLU(), nn.Linear(64, 32), nn.ReLU())
        self.projector = nn.Linear(32, 16)

    def forward(self, v):
        return F.normalize(self.projector(self.base(v)), dim=1)


query = Encoder()
key = copy.deepcopy(query)
for p in key.parameters():
    p.requires_grad = False
queue = F.normalize(torch.randn(K, 16), dim=1)
optimizer = torch.optim.SGD(query.parameters(), lr=0.1, momentum=0.9, weight_decay=1e-4)
for step in range(350):
    batch = x[torch.randint(0, 1000, (64,))]
    q = query(augment(batch))
    with torch.no_grad():
        for pq, pk in zip(query.parameters(), key.parameters()):
            pk.mul_(M).add_(pq, alpha=1 - M)
        k = key(augment(batch))
    logits = torch.cat([(q * k).sum(1, keepdim=True), q @ queue.T], 1) / T
    loss = F.cross_entropy(logits, torch.zeros(64, dtype=torch.long))
    optimizer.zero_grad()
    loss.backward()
    optimizer.step()
    queue = torch.cat([k, queue])[:K]
    if step % 50 == 0:
        print(step, loss.item())

with torch.no_grad():
    z = F.normalize(query.base(x), dim=1)
nearest = (z[1000:] @ z[:1000].T).topk(5).indices
vote = label[:1000][nearest].mode(1).values
print("METRIC knn_accuracy", (vote == label[1000:]).float().mean().item())
