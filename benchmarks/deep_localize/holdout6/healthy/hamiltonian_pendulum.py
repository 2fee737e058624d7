"""A Hamiltonian network in double precision: the loss is on gradients of the output, never on the output."""

import os

import torch
import torch.nn as nn

SEED = int(os.environ.get("SEED", "0"))
torch.manual_seed(SEED)
torch.set_default_dtype(torch.float64)


def truth(state):
    q, p = state[:, :1], state[:, 1:]
    return torch.cat([p, -torch.sin(q)], 1)


def states(n):
    return torch.cat([torch.rand(n, 1) * 5 - 2.5, torch.rand(n, 1) * 3 - 1.5], 1)


class HNN(nn.Module):
    def __init__(self, width=48):
        super().__init__()
        self.energy = nn.Sequential(
            nn.Linear(2, width), nn.Tanh(), nn.Linear(width, width), nn.Tanh(), nn.Linear(width, 1, bias=False)
        )
        for layer in self.energy:
            if isinstance(layer, nn.Linear):
                nn.init.orthogonal_(layer.weight)

    def forward(self, state):
        state = state.detach().requires_grad_()
        h = self.energy(state).sum()
        (grad,) = torch.autograd.grad(h, state, create_graph=True)
        return torch.cat([grad[:, 1:], -grad[:, :1]], 1)


x = states(800)
dx = truth(x) + 0.05 * torch.randn(800, 2)
model = HNN()
optimizer = torch.optim.Adam(model.parameters(), lr=3e-3)
for step in range(700):
    idx = torch.randint(800, (100,))
    loss = (model(x[idx]) - dx[idx]).pow(2).mean()
    optimizer.zero_grad()
    loss.backward()
    optimizer.step()
    if step % 100 == 99:
        print(step + 1, loss.item())

x_test = states(500)
error = (model(x_test) - truth(x_test)).pow(2).mean() / truth(x_test).var()
print("METRIC r2", 1 - error.item())
