"""Federated averaging: eight clients with uneven class shares train locally, the server averages weights and statistics."""

import copy
import os

import torch
import torch.nn as nn
import torch.nn.functional as F

SEED = int(os.environ.get("SEED", "0"))
torch.manual_seed(SEED)
torch.set_num_threads(1)
CLIENTS, CLASSES, DIM, ROUNDS = 8, 6, 20, 12

centres = torch.randn(CLASSES, DIM)


def samples(share, n):
    y = torch.multinomial(share, n, replacement=True)
    return centres[y] + 1.1 * torch.randn(n, DIM), y


class LocalNet(nn.Module):
    def __init__(self):
        super().__init__()
        self.fc1 = nn.Linear(DIM, 48)
        self.bn1 = nn.BatchNorm1d(48)
        self.fc2 = nn.Linear(48, CLASSES)

    def forward(self, x):
        return self.fc2(F.relu(self.bn1(self.fc1(x))))


class Client:
    def __init__(self, share, n):
        self.x, self.y = samples(share, n)

    def update(self, global_model, epochs=2):
        model = copy.deepcopy(global_model)
        model.train()
        optimizer = torch.optim.SGD(model.parameters(), lr=0.05, momentum=0.9)
        for _ in range(epochs):
            for idx in torch.randperm(len(self.x)).split(32):
                if len(idx) < 2:
                    continue
                optimizer.zero_grad()
                F.cross_entropy(model(self.x[idx]), self.y[idx]).backward()
                optimizer.step()
        return model.state_dict(), len(self.x)


def average(results):
    total = sum(n for _, n in results)
    merged = copy.deepcopy(results[0][0])
    for key, value in merged.items():
        if value.is_floating_point():
            merged[key] = sum(state[key] * (n / total) for state, n in results)
    return merged


clients = []
for _ in range(CLIENTS):
    share = torch.distributions.Dirichlet(torch.full((CLASSES,), 1.0)).sample()
    clients.append(Client(share, int(torch.randint(100, 260, (1,)))))
test_x, test_y = samples(torch.ones(CLASSES), 1000)
server = LocalNet()
for r in range(ROUNDS):
    chosen = torch.randperm(CLIENTS)[:6].tolist()
    server.load_state_dict(average([clients[c].update(server) for c in chosen]))
    server.eval()
    with torch.no_grad():
        accuracy = (server(test_x).argmax(1) == test_y).float().mean().item()
    if r % 3 == 2:
        print(f"round {r + 1}: {accuracy:.3f}")
print("METRIC accuracy", round(accuracy, 4))
