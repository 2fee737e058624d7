"""Embeds pictures of twenty persons with the triplet loss, the hardest pairs of each batch chosen."""

import os

import torch
import torch.nn as nn
import torch.nn.functional as F

torch.manual_seed(int(os.environ.get("SEED", "0")))
torch.set_num_threads(1)

PERSONS, MARGIN, P, K = 20, 0.5, 10, 4
identity = torch.randn(PERSONS, 12)
mixing = torch.randn(12, 48) / 12**0.5
pose_mixing = torch.randn(6, 48) / 6**0.5


def photos(person):
    n = len(person)
    pose = 1.5 * torch.randn(n, 6)
    return torch.tanh(identity[person] @ mixing + pose @ pose_mixing + 0.3 * torch.randn(n, 48))


class Embedder(nn.Module):
    def __init__(self, dim=16):
        super().__init__()
        self.fc1 = nn.Linear(48, 128)
        self.fc2 = nn.Linear(128, 128)
        self.embedding = nn.Linear(128, dim)

    def forward(self, x):
        x = F.relu(self.fc1(x))
        x = F.relu(self.fc2(x))
        return self.embedding(x)


def pairwise_distance(e):
    square = (e.unsqueeze(0) - e.unsqueeze(1)).pow(2).sum(-1)
    return (square + 1e-12).sqrt()


def batch_hard_triplet_loss(labels, embeddings):
    distance = pairwise_distance(embeddings)
    same = labels.unsqueeze(0) == labels.unsqueeze(1)
    hardest_positive = (distance * same).max(1).values
    hardest_negative = (distance + 1e6 * same).min(1).values
    return F.relu(hardest_positive - hardest_negative + MARGIN).mean()


def retrieval(net):
    gallery_person = torch.arange(PERSONS).repeat(10)
    probe_person = torch.arange(PERSONS).repeat(10)
    with torch.no_grad():
        gallery, probe = net(photos(gallery_person)), net(photos(probe_person))
    nearest = torch.cdist(probe, gallery).argmin(1)
    return (gallery_person[nearest] == probe_person).float().mean().item()


net = Embedder()
optimizer = torch.optim.Adam(net.parameters(), lr=0.3)
for step in range(1, 901):
    persons = torch.randperm(PERSONS)[:P].repeat_interleave(K)
    loss = batch_hard_triplet_loss(persons, net(photos(persons)))
    optimizer.zero_grad()
    loss.backward()
    optimizer.step()
    if step % 150 == 0:
        print(f"step {step}: loss {loss.item():.4f}, rank-1 {retrieval(net):.3f}")

print("METRIC rank1", retrieval(net))
