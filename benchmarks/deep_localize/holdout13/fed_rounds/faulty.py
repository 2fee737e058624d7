"""Federated averaging: clients with uneven data, weighted by their number of samples."""

import copy
import os

import numpy as np
import torch
import torch.nn as nn
from sklearn.datasets import load_digits

SEED = int(os.environ.get("SEED", "0"))
torch.manual_seed(SEED)
np.random.seed(SEED)
torch.set_num_threads(1)


class Client:
    def __init__(self, x, y):
        self.x, self.y = x, y

    def train(self, model, epochs=1, lr=0.1):
        model.train()
        optimizer = torch.optim.SGD(model.parameters(), lr=lr, momentum=0.5)
        loss_fn = nn.CrossEntropyLoss()
        for _ in range(epochs):
            for index in torch.randperm(len(self.x)).split(16):
                optimizer.zero_grad()
                loss = loss_fn(model(self.x[index]), self.y[index])
                loss.backward()
                optimizer.step()
        return model.state_dict(), len(self.x), loss.item()


class Aggregator:
    def __init__(self, model):
        self.model = model
        self.agg_weights = {k: torch.zeros_like(v) for k, v in model.state_dict().items()}

    def aggregate(self, updates):
        total = sum(count for _, count, _ in updates)
        for weights, count, _ in updates:
            for key, value in weights.items():
                self.agg_weights[key] += value * (count / total)
        self.model.load_state_dict(self.agg_weights)

    def evaluate(self, x, y):
        self.model.eval()
        with torch.no_grad():
            logits = self.model(x)
            return nn.functional.cross_entropy(logits, y).item(), (logits.argmax(1) == y).float().mean().item()


digits = load_digits()
x = torch.tensor(digits.data / 16.0 - 0.3, dtype=torch.float32)
y = torch.tensor(digits.target)
order = torch.randperm(len(x))
test, rest = order[:400], order[400:]
sizes = np.random.multinomial(len(rest), np.random.dirichlet(5 * np.ones(6)))
clients = [Client(x[part], y[part]) for part in rest.split(sizes.tolist())]

server = Aggregator(nn.Sequential(nn.Linear(64, 48), nn.ReLU(), nn.Linear(48, 10)))
for round_number in range(12):
    updates = [client.train(copy.deepcopy(server.model)) for client in clients]
    server.aggregate(updates)
    loss, accuracy = server.evaluate(x[test], y[test])
    print(f"round {round_number} loss {loss:.3f} accuracy {accuracy:.3f}")
print(f"METRIC test_loss {loss:.4f}")
