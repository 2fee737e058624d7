"""Semi-supervised digits: an averaged teacher in evaluation mode gives soft targets for the unlabelled images."""

import copy
import os

import torch
import torch.nn as nn
import torch.nn.functional as F
from sklearn.datasets import load_digits

SEED = int(os.environ.get("SEED", "0"))
torch.manual_seed(SEED)
torch.set_num_threads(1)


class MomentumUpdater:
    def __init__(self, tau=0.95):
        self.tau = tau

    @torch.no_grad()
    def update(self, online_net, momentum_net):
        for op, mp in zip(online_net.parameters(), momentum_net.parameters()):
            mp.data.mul_(self.tau).add_(op.data, alpha=1 - self.tau)


def build():
    return nn.Sequential(
        nn.Linear(64, 64),
        nn.BatchNorm1d(64),
        nn.ReLU(),
        nn.Linear(64, 64),
        nn.BatchNorm1d(64),
        nn.ReLU(),
        nn.Linear(64, 10),
    )


digits = load_digits()
x = torch.tensor((digits.data - digits.data.mean()) / digits.data.std(), dtype=torch.float32)
y = torch.tensor(digits.target)
order = torch.randperm(len(x))
test, train = order[:500], order[500:]
labelled = torch.cat([train[y[train] == c][:10] for c in range(10)])

student = build()
teacher = copy.deepcopy(student).requires_grad_(False).eval()
updater = MomentumUpdater()
optimizer = torch.optim.Adam(student.parameters(), lr=2e-3)
EPOCHS = 25
for epoch in range(EPOCHS):
    student.train()
    weight = 1.0 * min(1.0, epoch / 5)
    for index in train[torch.randperm(len(train))].split(64):
        supervised = F.cross_entropy(student(x[labelled] + 0.2 * torch.randn(len(labelled), 64)), y[labelled])
        with torch.no_grad():
            target = F.softmax(teacher(x[index]), 1)
        log_prob = F.log_softmax(student(x[index] + 0.3 * torch.randn(len(index), 64)), 1)
        consistency = F.kl_div(log_prob, target, reduction="batchmean")
        loss = supervised + weight * consistency
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        updater.update(student, teacher)
    if epoch % 5 == 4:
        print(f"epoch {epoch} supervised {supervised.item():.3f} consistency {consistency.item():.3f}")

with torch.no_grad():
    acc = (teacher(x[test]).argmax(1) == y[test]).float().mean().item()
print(f"METRIC accuracy {acc:.4f}")
