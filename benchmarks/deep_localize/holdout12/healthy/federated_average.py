"""Federated averaging: clients with skewed labels train locally, the server averages their weights."""

import copy
import os

import torch
from torch import nn

SEED = int(os.environ.get("SEED", "0"))
torch.manual_seed(SEED)
torch.set_num_threads(1)

CLIENTS, ROUNDS, LOCAL_STEPS = 5, 12, 8
centres = 1.3 * torch.randn(5, 16)


def sample(n, probs):
    y = torch.multinomial(probs, n, replacement=True)
    return centres[y] + torch.randn(n, 16), y


def local_training(server, data):
    model = copy.deepcopy(server)
    optimizer = torch.optim.SGD(model.parameters(), lr=0.05)
    x, y = data
    for _ in range(LOCAL_STEPS):
        idx = torch.randint(0, len(x), (32,))
        loss = nn.functional.cross_entropy(model(x[idx]), y[idx])
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
    return model.state_dict(), loss.item()


def average(states):
    return {k: torch.stack([s[k] for s in states]).mean(0) for k in states[0]}


server = nn.Sequential(nn.Linear(16, 32), nn.ReLU(), nn.Linear(32, 5))
skew = torch.distributions.Dirichlet(torch.full((5,), 2.0)).sample((CLIENTS,))
clients = [sample(300, p) for p in skew]
x_test, y_test = sample(500, torch.ones(5))
for rnd in range(ROUNDS):
    results = [local_training(server, data) for data in clients]
    server.load_state_dict(average([state for state, _ in results]))
    if rnd % 4 == 3:
        print(f"round {rnd + 1} mean local loss {sum(l for _, l in results) / CLIENTS:.3f}")

with torch.no_grad():
    acc = (server(x_test).argmax(1) == y_test).float().mean().item()
print(f"METRIC test_accuracy {acc:.4f}")
