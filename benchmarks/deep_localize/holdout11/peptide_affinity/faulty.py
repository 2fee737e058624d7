"""Predicts the affinity of short peptides with a 1-d convolutional network."""

import os
from dataclasses import dataclass

import torch
import torch.nn as nn
import torch.nn.functional as F

SEED = int(os.environ.get("SEED", "0"))
LETTERS, LENGTH = 20, 10


@dataclass
class TrainParams:
    lr: float = 3e-3
    weight_decay: float = 1e-5
    batch_size: int = 40
    epochs: int = 15


def make_peptides(n):
    scale = torch.randn(LETTERS, 2)
    seq = torch.randint(LETTERS, (n, LENGTH))
    hydro, charge = scale[seq].unbind(-1)
    affinity = hydro[:, 1:4].sum(1) + 1.5 * charge[:, -1] + charge[:, :-1].mul(charge[:, 1:]).mean(1)
    affinity = affinity + 0.2 * torch.randn(n)
    return F.one_hot(seq, LETTERS).float().transpose(1, 2), (affinity - affinity.mean()) / affinity.std()


class AffinityNet(nn.Module):
    def __init__(self, channels=32):
        super().__init__()
        self.conv1 = nn.Conv1d(LETTERS, channels, 3, padding=1)
        self.conv2 = nn.Conv1d(channels, channels, 3, padding=1)
        self.out = nn.Sequential(nn.Flatten(), nn.Linear(channels * LENGTH, 48), nn.ELU(), nn.Linear(48, 1))

    def forward(self, x):
        x = F.elu(self.conv1(x))
        x = F.elu(self.conv2(x))
        return self.out(x).squeeze(-1)


class Regressor:
    def __init__(self, params):
        self.params = params
        self.net = AffinityNet()
        self.optimizer = torch.optim.Adam(self.net.parameters(), lr=params.weight_decay)

    def fit(self, x, y):
        for epoch in range(self.params.epochs):
            self.net.train()
            total = 0.0
            for idx in torch.randperm(len(x)).split(self.params.batch_size):
                self.optimizer.zero_grad()
                loss = F.mse_loss(self.net(x[idx]), y[idx])
                loss.backward()
                self.optimizer.step()
                total += loss.item() * len(idx)
            print(f"epoch {epoch}: {total / len(x):.4f}")
        return self

    @torch.no_grad()
    def score(self, x, y):
        self.net.eval()
        return F.mse_loss(self.net(x), y).item()


if __name__ == "__main__":
    torch.manual_seed(SEED)
    torch.set_num_threads(1)
    x, y = make_peptides(1600)
    model = Regressor(TrainParams()).fit(x[:1300], y[:1300])
    print("METRIC test_mse", round(model.score(x[1300:], y[1300:]), 4))
