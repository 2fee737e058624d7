"""Fills in missing sensor values: masked autoencoder scored only where values were hidden."""

import os

import torch
from torch import nn

SEED = int(os.environ.get("SEED", "0"))
torch.manual_seed(SEED)
torch.set_num_threads(1)

SENSORS = 18
loading = torch.randn(4, SENSORS) / 2


def readings(n):
    return torch.tanh(torch.randn(n, 4)) @ loading + 0.05 * torch.randn(n, SENSORS)


class Imputer(nn.Module):
    def __init__(self, hidden=64):
        super().__init__()
        self.net = nn.Sequential(
            nn.Linear(2 * SENSORS, hidden), nn.GELU(), nn.Linear(hidden, hidden), nn.GELU(), nn.Linear(hidden, SENSORS)
        )

    def forward(self, x, observed):
        return self.net(torch.cat([x * observed, observed], dim=1))


def hidden_error(model, x, observed):
    hidden = 1 - observed
    return ((model(x, observed) - x).pow(2) * hidden).sum() / hidden.sum()


class Trainer:
    def __init__(self):
        self.model = Imputer()
        self.optimizer = torch.optim.Adam(self.model.parameters(), lr=3e-3)
        train = readings(1500)
        self.mean, self.std = train.mean(0), train.std(0)
        self.train = (train - self.mean) / self.std
        self.test = (readings(400) - self.mean) / self.std
        self.test_observed = (torch.rand(400, SENSORS) > 0.3).float()

    def step(self, batch):
        observed = (torch.rand_like(batch) > 0.3).float()
        loss = hidden_error(self.model, batch, observed)
        self.optimizer.zero_grad(set_to_none=True)
        loss.backward()
        self.optimizer.step()
        return loss.item()

    def fit(self, epochs=18):
        schedule = torch.optim.lr_scheduler.CosineAnnealingLR(self.optimizer, epochs)
        for epoch in range(epochs):
            self.model.train()
            losses = [self.step(self.train[i]) for i in torch.randperm(len(self.train)).split(60)]
            schedule.step()
            if epoch % 6 == 5:
                print(f"epoch {epoch + 1} train {sum(losses) / len(losses):.3f}")
        self.model.eval()
        with torch.no_grad():
            return hidden_error(self.model, self.test, self.test_observed).item()


print(f"METRIC imputation_mse {Trainer().fit():.4f}")
