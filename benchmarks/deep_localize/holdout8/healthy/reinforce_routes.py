"""Short tours through ten towns by REINFORCE with a pointer network; the baseline is the batch's own mean."""

import os

import torch
import torch.nn as nn
from torch.distributions import Categorical

torch.manual_seed(int(os.environ.get("SEED", "0")))
torch.set_num_threads(1)

TOWNS = 8


class Pointer(nn.Module):
    def __init__(self, d=32):
        super().__init__()
        self.embed = nn.Linear(2, d)
        self.encoder = nn.TransformerEncoderLayer(d, 4, 64, dropout=0.0, batch_first=True)
        self.query = nn.Linear(2 * d, d)
        self.key = nn.Linear(d, d, bias=False)
        self.d = d

    def forward(self, towns, greedy=False):
        n = len(towns)
        rows = torch.arange(n)
        h = self.encoder(self.embed(towns))
        keys = self.key(h)
        here = torch.zeros(n, dtype=torch.long)
        visited = torch.zeros(n, TOWNS, dtype=torch.bool)
        visited[:, 0] = True
        tour, log_prob = [here], torch.zeros(n)
        for _ in range(TOWNS - 1):
            q = self.query(torch.cat([h[rows, here], h.mean(1)], 1))
            near = -3 * (towns - towns[rows, here][:, None]).norm(dim=-1)
            scores = (keys @ q[:, :, None]).squeeze(-1) / self.d**0.5 + near
            dist = Categorical(logits=scores.masked_fill(visited, float("-inf")))
            here = dist.probs.argmax(1) if greedy else dist.sample()
            log_prob = log_prob + dist.log_prob(here)
            visited = visited.scatter(1, here[:, None], True)
            tour.append(here)
        return torch.stack(tour, 1), log_prob


def length(towns, tour):
    path = towns.gather(1, tour[:, :, None].expand(-1, -1, 2))
    return (path - path.roll(-1, 1)).norm(dim=-1).sum(1)


model = Pointer()
optimizer = torch.optim.Adam(model.parameters(), lr=1e-3)
held_out = torch.rand(400, TOWNS, 2)
with torch.no_grad():
    before = length(held_out, model(held_out)[0]).mean().item()
for step in range(130):
    towns = torch.rand(96, TOWNS, 2)
    tour, log_prob = model(towns)
    cost = length(towns, tour)
    advantage = (cost - cost.mean()) / (cost.std() + 1e-6)
    loss = (advantage * log_prob).mean()
    optimizer.zero_grad()
    loss.backward()
    nn.utils.clip_grad_norm_(model.parameters(), 1.0)
    optimizer.step()
    if step % 30 == 29:
        print(f"step {step + 1} tour {cost.mean().item():.3f} loss {loss.item():+.3f}")
with torch.no_grad():
    after = length(held_out, model(held_out)[0]).mean().item()
print(f"sampled tours {before:.3f} -> {after:.3f}")
print("METRIC length_ratio", after / before)
