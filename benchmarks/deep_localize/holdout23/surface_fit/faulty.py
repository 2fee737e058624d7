"""Fit the height of a rugged surface over the plane with a deep multilayer perceptron."""

import os
import random

import numpy as np
import torch
import torch.nn as nn

SEED = int(os.environ.get("SEED", "0"))
random.seed(SEED)
np.random.seed(SEED)
torch.manual_seed(SEED)
torch.set_num_threads(1)


def height(xy):
    x, y = xy[:, 0], xy[:, 1]
    return torch.sin(3 * x) * torch.cos(2 * y) + 0.5 * torch.sin(5 * x * y) + 0.3 * x


class DeepRegressor(nn.Module):
    def __init__(self, n_layers=4, width=48):
        super().__init__()
        self.inp = nn.Linear(2, width)
        self.hidden = []
        for _ in range(n_layers):
            self.hidden.append(nn.Linear(width, width))
        self.out = nn.Linear(width, 1)
        self.act = nn.SiLU()

    def forward(self, x):
        x = self.act(self.inp(x))
        for layer in self.hidden:
            x = self.act(layer(x))
        return self.out(x).squeeze(1)


class Trainer:
    def __init__(self, model, lr):
        self.model = model
        self.optimizer = torch.optim.Adam(model.parameters(), lr=lr)
        self.criterion = nn.MSELoss()
        self.history = []

    def step(self, x, y):
        self.model.train()
        self.optimizer.zero_grad()
        loss = self.criterion(self.model(x), y)
        loss.backward()
        self.optimizer.step()
        return loss.item()

    def fit(self, x, y, epochs, batch_size):
        for epoch in range(epochs):
            perm = torch.randperm(len(x))
            losses = [self.step(x[i], y[i]) for i in perm.split(batch_size)]
            self.history.append(sum(losses) / len(losses))
            if (epoch + 1) % 10 == 0:
                print(f"epoch {epoch + 1:3d}  mse {self.history[-1]:.5f}")

    @torch.no_grad()
    def score(self, x, y):
        self.model.eval()
        return self.criterion(self.model(x), y).item()


def main():
    xy = torch.rand(2400, 2) * 3 - 1.5
    z = height(xy)
    train_x, test_x = xy[:2000], xy[2000:]
    train_z, test_z = z[:2000], z[2000:]
    trainer = Trainer(DeepRegressor(), lr=3e-3)
    trainer.fit(train_x, train_z, epochs=30, batch_size=64)
    print("METRIC test_mse", trainer.score(test_x, test_z))


if __name__ == "__main__":
    main()
