"""Skip-gram style item vectors with sparse gradients, Adagrad and sampled negatives."""

import os

import torch
import torch.nn as nn
import torch.nn.functional as F

torch.manual_seed(int(os.environ.get("SEED", "0")))
ITEMS, GROUPS, DIM = 80, 8, 12
group = torch.arange(ITEMS) % GROUPS
members = [(group == g).nonzero().squeeze(1) for g in range(GROUPS)]


def baskets(n):
    center = torch.randint(0, ITEMS, (n,))
    other = torch.stack([members[group[c]][torch.randint(0, ITEMS // GROUPS, (1,))].squeeze() for c in center])
    return center, other


class SkipGram(nn.Module):
    def __init__(self):
        super().__init__()
        self.target = nn.Embedding(ITEMS, DIM, sparse=True)
        self.context = nn.Embedding(ITEMS, DIM, sparse=True)
        nn.init.uniform_(self.target.weight, -0.5 / DIM, 0.5 / DIM)
        nn.init.zeros_(self.context.weight)

    def forward(self, center, positive, negative):
        v = self.target(center)
        good = (v * self.context(positive)).sum(1)
        bad = torch.bmm(self.context(negative), v.unsqueeze(2)).squeeze(2)
        return -(F.logsigmoid(good) + F.logsigmoid(-bad).sum(1)).mean()


centers, others = baskets(6000)
model = SkipGram()
optimizer = torch.optim.Adagrad(model.parameters(), lr=0.3)
for epoch in range(4):
    for idx in torch.randperm(len(centers)).split(64):
        negatives = torch.randint(0, ITEMS, (len(idx), 4))
        loss = model(centers[idx], others[idx], negatives)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
    print(epoch, loss.item())

with torch.no_grad():
    v = F.normalize(model.target.weight, dim=1)
    sim = v @ v.T - 2 * torch.eye(ITEMS)
print("METRIC same_group", (group[sim.argmax(1)] == group).float().mean().item())
