"""Active regression: each round simulates new points where the fit is needed and trains the net again from scratch."""

import math
import os

import torch
import torch.nn as nn

SEED = int(os.environ.get("SEED", "0"))
torch.manual_seed(SEED)
torch.set_num_threads(1)


def simulator(theta):
    return (
        torch.sin(3 * theta[:, :1]) * theta[:, 1:]
        + 0.5 * torch.cos(2 * theta[:, 1:])
        + 0.05 * torch.randn(len(theta), 1)
    )


class SequentialInference:
    def __init__(self, proposal_width=0.6, lr=5e-3):
        self.x, self.y = torch.empty(0, 2), torch.empty(0, 1)
        self.width, self.lr = proposal_width, lr
        self.build_net()

    def build_net(self):
        self.net = nn.Sequential(nn.Linear(2, 32), nn.Tanh(), nn.Linear(32, 32), nn.Tanh(), nn.Linear(32, 1))
        self.optimizer = torch.optim.Adam(self.net.parameters(), lr=self.lr)

    def append_simulations(self, theta):
        self.x = torch.cat([self.x, theta])
        self.y = torch.cat([self.y, simulator(theta)])
        return self

    def train(self, epochs=25, batch=50, retrain_from_scratch=False):
        if retrain_from_scratch:
            self.build_net()
        for _ in range(epochs):
            for index in torch.randperm(len(self.x)).split(batch):
                loss = nn.functional.mse_loss(self.net(self.x[index]), self.y[index])
                self.optimizer.zero_grad()
                loss.backward()
                self.optimizer.step()
        return loss.item()


inference = SequentialInference()
for round_number in range(4):
    width = 0.8 + 0.4 * round_number
    theta = width * (2 * torch.rand(250, 2) - 1)
    loss = inference.append_simulations(theta).train(retrain_from_scratch=round_number > 0)
    print(f"round {round_number}: {len(inference.x)} simulations, loss {loss:.4f}")

theta = 2 * torch.rand(500, 2) * 1.5 - 1.5
with torch.no_grad():
    rmse = math.sqrt(nn.functional.mse_loss(inference.net(theta), simulator(theta)).item())
print(f"METRIC rmse {rmse:.4f}")
