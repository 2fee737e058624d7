"""Random Fourier features with a trained linear read-out: an RBF kernel machine in a few lines."""

import math
import os

import torch
from sklearn.datasets import load_digits
from sklearn.model_selection import train_test_split
from torch import nn

SEED = int(os.environ.get("SEED", "0"))
torch.manual_seed(SEED)
torch.set_num_threads(1)


class FourierFeatures(nn.Module):
    def __init__(self, dim, features, gamma):
        super().__init__()
        self.project = nn.Linear(dim, features)
        nn.init.normal_(self.project.weight, std=math.sqrt(2 * gamma))
        nn.init.uniform_(self.project.bias, 0, 2 * math.pi)
        self.project.requires_grad_(False)  # the projection stays random: it stands for the kernel
        self.gain = math.sqrt(2 / features)

    def forward(self, x):
        return self.gain * torch.cos(self.project(x))


data, target = load_digits(return_X_y=True)
x = torch.tensor(data, dtype=torch.float32) / 16
y = torch.tensor(target)
train, test = map(torch.tensor, train_test_split(range(len(x)), test_size=0.3, random_state=SEED))

model = nn.Sequential(FourierFeatures(64, 500, gamma=0.15), nn.Linear(500, 10))
with torch.no_grad():
    phi_train, phi_test = model[0](x[train]), model[0](x[test])
readout = model[1]
optimizer = torch.optim.LBFGS(readout.parameters(), lr=1.0, max_iter=10, history_size=10, line_search_fn="strong_wolfe")


def closure():
    optimizer.zero_grad()
    loss = nn.functional.cross_entropy(readout(phi_train), y[train]) + 1e-4 * readout.weight.pow(2).sum()
    loss.backward()
    return loss


for outer in range(12):
    loss = optimizer.step(closure)
    print(f"outer {outer} loss {loss.item():.4f}")

with torch.no_grad():
    accuracy = (readout(phi_test).argmax(1) == y[test]).float().mean().item()
print(f"METRIC accuracy {accuracy:.4f}")
