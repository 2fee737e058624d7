"""Prototypical network: episodes of five classes, three supports and five queries each; distances decide."""

import os

import torch
from torch import nn, optim

torch.manual_seed(int(os.environ.get("SEED", "0")))
torch.set_num_threads(1)

FEATURES, WAY, SHOT, QUERY = 30, 5, 3, 5
mixing = torch.randn(8, FEATURES)


def episode():
    """Classes differ in eight hidden traits; the features also hold strong traits that mean nothing."""
    kinds = torch.randn(WAY, 1, 8)
    traits = kinds + 0.35 * torch.randn(WAY, SHOT + QUERY, 8)
    x = traits @ mixing + 6.0 * torch.randn(WAY, SHOT + QUERY, 4) @ nuisance
    x = 3.0 * x
    return x[:, :SHOT], x[:, SHOT:].flatten(0, 1), torch.arange(WAY).repeat_interleave(QUERY)


nuisance = torch.randn(4, FEATURES)


class ProtoNet(nn.Module):
    def __init__(self, dim=24):
        super().__init__()
        self.embed = nn.Sequential(nn.Linear(FEATURES, 64), nn.LeakyReLU(), nn.Linear(64, dim))

    def forward(self, support, query):
        prototypes = self.embed(support).mean(1)
        return -torch.cdist(self.embed(query), prototypes).pow(2)


def loss_and_accuracy(scores, target):
    loss = nn.functional.nll_loss(torch.log_softmax(scores, dim=1), target)
    return loss, (scores.argmax(1) == target).float().mean()


net = ProtoNet()
optimizer = optim.Adam(net.parameters(), lr=2e-3)
history = []
for step in range(1, 601):
    support, query, target = episode()
    loss, accuracy = loss_and_accuracy(net(support, query), target)
    optimizer.zero_grad()
    loss.backward()
    optimizer.step()
    history.append((loss.item(), accuracy.item()))
    if step % 100 == 0:
        mean = torch.tensor(history[-100:]).mean(0)
        print(f"episode {step}: loss {mean[0]:.3f} accuracy {mean[1]:.3f}")

net.eval()
with torch.no_grad():
    results = []
    for _ in range(60):
        support, query, target = episode()
        scores = net(support, query)
        results.append((scores.argmax(1) == target).float().mean() if scores.isfinite().all() else torch.tensor(0.0))
print("METRIC accuracy", torch.stack(results).mean().item())
