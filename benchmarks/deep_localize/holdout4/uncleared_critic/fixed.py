"""A GAN for one-dimensional numbers."""

import os

import numpy as np
import torch
import torch.nn as nn
import torch.optim as optim

SEED = int(os.environ.get("SEED", "0"))


class Generator(nn.Module):
    def __init__(self, size=32):
        super().__init__()
        self.fc1 = nn.Linear(1, size)
        self.fc2 = nn.Linear(size, size)
        self.fc3 = nn.Linear(size, 1)

    def forward(self, z):
        return self.fc3(torch.tanh(self.fc2(torch.tanh(self.fc1(z)))))


class Discriminator(nn.Module):
    def __init__(self, size=32):
        super().__init__()
        self.fc1 = nn.Linear(1, size)
        self.fc2 = nn.Linear(size, size)
        self.fc3 = nn.Linear(size, 1)

    def forward(self, x):
        x = nn.functional.leaky_relu(self.fc1(x), 0.2)
        x = nn.functional.leaky_relu(self.fc2(x), 0.2)
        return torch.sigmoid(self.fc3(x))


def real_numbers(n):
    return torch.tensor(np.random.normal(4.0, 0.7, (n, 1)), dtype=torch.float32)


def train(steps=300, n=64):
    G, D = Generator(), Discriminator()
    criterion = nn.BCELoss()
    d_optimizer = optim.Adam(D.parameters(), lr=2e-3, betas=(0.5, 0.999))
    g_optimizer = optim.Adam(G.parameters(), lr=2e-3, betas=(0.5, 0.999))
    ones, zeros = torch.ones(n, 1), torch.zeros(n, 1)
    means = []
    for step in range(steps):
        d_optimizer.zero_grad()
        d_error = criterion(D(real_numbers(n)), ones) + criterion(D(G(torch.randn(n, 1)).detach()), zeros)
        d_error.backward()
        d_optimizer.step()

        g_optimizer.zero_grad()
        fake = G(torch.randn(n, 1))
        g_error = criterion(D(fake), ones)
        g_error.backward()
        g_optimizer.step()
        means.append(fake.mean().item())
        if step % 50 == 0:
            print(step, "D", d_error.item(), "G", g_error.item(), "mean", means[-1])
    return means


if __name__ == "__main__":
    np.random.seed(SEED)
    torch.manual_seed(SEED)
    means = train()
    print("METRIC distance_of_means", float(np.mean(np.abs(np.array(means[-60:]) - 4.0))))
