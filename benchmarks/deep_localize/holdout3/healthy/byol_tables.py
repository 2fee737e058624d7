import copy
import os

import torch
import torch.nn as nn
import torch.nn.functional as F
from sklearn.datasets import load_digits
from sklearn.linear_model import LogisticRegression

SEED = int(os.environ.get("SEED", "0"))
torch.manual_seed(SEED)


def augment(x):
    keep = (torch.rand_like(x) > 0.2).float()
    return x * keep + 0.1 * torch.randn_like(x)


class BYOL(nn.Module):
    def __init__(self, dim=32):
        super().__init__()
        self.online = nn.Sequential(nn.Linear(64, 96), nn.BatchNorm1d(96), nn.ReLU(), nn.Linear(96, dim))
        self.predictor = nn.Sequential(nn.Linear(dim, 48), nn.BatchNorm1d(48), nn.ReLU(), nn.Linear(48, dim))
        self.target = copy.deepcopy(self.online)
        for p in self.target.parameters():
            p.requires_grad_(False)

    @torch.no_grad()
    def update_target(self, tau=0.98):
        for o, t in zip(self.online.parameters(), self.target.parameters()):
            t.mul_(tau).add_(o, alpha=1 - tau)

    def forward(self, a, b):
        pa, pb = self.predictor(self.online(a)), self.predictor(self.online(b))
        with torch.no_grad():
            ta, tb = self.target(a), self.target(b)
        return (4 - 2 * F.cosine_similarity(pa, tb) - 2 * F.cosine_similarity(pb, ta)).mean()


def main():
    digits = load_digits()
    x = torch.tensor(digits.data, dtype=torch.float32) / 16
    learner = BYOL()
    optimizer = torch.optim.Adam([p for p in learner.parameters() if p.requires_grad], lr=2e-3)
    for epoch in range(8):
        for batch in x[torch.randperm(len(x))].split(64)[:-1]:
            loss = learner(augment(batch), augment(batch))
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
            learner.update_target()
        print(epoch, loss.item())
    learner.eval()
    with torch.no_grad():
        z = learner.online(x).numpy()
    probe = LogisticRegression(max_iter=200).fit(z[:1200], digits.target[:1200])
    print("METRIC probe_accuracy", probe.score(z[1200:], digits.target[1200:]))


if __name__ == "__main__":
    main()
