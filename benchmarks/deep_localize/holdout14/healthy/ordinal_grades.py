"""Ordinal model of quality grades 0..4: one score per item and four ordered cut points."""

import os

import torch
import torch.nn.functional as F
from torch import nn

SEED = int(os.environ.get("SEED", "0"))
torch.manual_seed(SEED)
torch.set_num_threads(1)

N, DIM, GRADES = 2500, 8, 5
x = torch.randn(N, DIM)
quality = torch.sin(x[:, 0] * 1.5) + 0.7 * x[:, 1] - 0.5 * x[:, 2] * x[:, 3] + 0.1 * torch.randn(N)
cuts = torch.quantile(quality, torch.tensor([0.15, 0.4, 0.7, 0.9]))
grade = torch.bucketize(quality, cuts)
train, test = torch.arange(2000), torch.arange(2000, N)


class CumulativeLink(nn.Module):
    def __init__(self, width=48):
        super().__init__()
        self.score = nn.Sequential(
            nn.Linear(DIM, width), nn.Tanh(), nn.Linear(width, width), nn.Tanh(), nn.Linear(width, 1)
        )
        self.first = nn.Parameter(torch.tensor(-1.5))
        self.gaps = nn.Parameter(torch.zeros(GRADES - 2))

    def thresholds(self):
        return torch.cat([self.first.view(1), self.first + F.softplus(self.gaps).cumsum(0)])

    def forward(self, inputs):
        """P(grade > k) for k = 0..3 as logits."""
        return self.score(inputs) - self.thresholds()


def negative_log_likelihood(logits, target):
    above = torch.sigmoid(logits)
    ones, zeros = torch.ones(len(logits), 1), torch.zeros(len(logits), 1)
    edges = torch.cat([ones, above, zeros], dim=1)
    probability = edges[:, :-1] - edges[:, 1:]
    return -probability.gather(1, target.unsqueeze(1)).clamp(min=1e-7).log().mean()


model = CumulativeLink()
optimizer = torch.optim.Adam(model.parameters(), lr=3e-3)
for epoch in range(30):
    model.train()
    for index in train[torch.randperm(len(train))].split(64):
        loss = negative_log_likelihood(model(x[index]), grade[index])
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
    if epoch % 5 == 4:
        print(
            f"epoch {epoch + 1} loss {loss.item():.4f} thresholds {[round(v, 2) for v in model.thresholds().tolist()]}"
        )

model.eval()
with torch.no_grad():
    predicted = (model(x[test]) > 0).sum(1)
mae = (predicted - grade[test]).abs().float().mean().item()
print(f"METRIC mean_absolute_error {mae:.4f}")
