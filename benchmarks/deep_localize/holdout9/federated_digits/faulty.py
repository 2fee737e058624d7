"""Federated averaging: four clients hold handwritten digits of their own and share one model."""

import copy
import os

import numpy as np
import torch
import torch.nn as nn
from sklearn.datasets import load_digits
from torch.utils.data import DataLoader, TensorDataset

seed = int(os.environ.get("SEED", "0"))
rng = np.random.default_rng(seed)
torch.manual_seed(seed)
torch.set_num_threads(1)

CLIENTS, ROUNDS, LOCAL_EPOCHS, ETA = 4, 5, 2, 0.5
criterion = nn.CrossEntropyLoss()


def make_model():
    return nn.Sequential(nn.Linear(64, 64), nn.ReLU(), nn.Linear(64, 64), nn.ReLU(), nn.Linear(64, 10))


def local_cost(output, target):
    return torch.exp(criterion(output, target) / ETA)


def client_update(client_model, train_loader):
    optimizer = torch.optim.SGD(client_model.parameters(), lr=0.01, momentum=0.5)
    for _ in range(LOCAL_EPOCHS):
        train_loss = 0.0
        for data, target in train_loader:
            client_model.train()
            optimizer.zero_grad()
            output = client_model(data)
            loss = local_cost(output, target)
            loss.backward()
            optimizer.step()
            train_loss += loss.item() * data.size(0)
    return client_model.state_dict(), train_loss / len(train_loader.dataset)


def average(states):
    mean = copy.deepcopy(states[0])
    for key in mean:
        mean[key] = torch.stack([state[key] for state in states]).mean(0)
    return mean


digits = load_digits()
order = rng.permutation(len(digits.data))
features = torch.tensor(digits.data[order], dtype=torch.float32)
labels = torch.tensor(digits.target[order])
test_x, test_y = features[:360], labels[:360]
shares = np.array_split(np.arange(360, len(features)), CLIENTS)
loaders = [DataLoader(TensorDataset(features[s], labels[s]), batch_size=16, shuffle=True) for s in shares]

global_model = make_model()
for round_index in range(ROUNDS):
    states, losses = [], []
    for loader in loaders:
        state, loss = client_update(copy.deepcopy(global_model), loader)
        states.append(state)
        losses.append(loss)
    global_model.load_state_dict(average(states))
    with torch.no_grad():
        accuracy = (global_model(test_x).argmax(1) == test_y).float().mean().item()
    print(f"round {round_index}: client losses {np.round(losses, 4)}, accuracy {accuracy:.3f}")

print("METRIC accuracy", accuracy)
