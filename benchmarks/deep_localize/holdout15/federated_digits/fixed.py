"""Federated averaging on small glyph images: four clients with their own shard, one server model."""

import copy
import os

import numpy as np
import torch
from torch import nn
from torch.utils.data import DataLoader, TensorDataset

SEED = int(os.environ.get("SEED", "0"))
torch.manual_seed(SEED)
np.random.seed(SEED)
torch.set_num_threads(1)


class MLP(nn.Module):
    def __init__(self, dim_in, dim_hidden, dim_out):
        super().__init__()
        self.layer_input = nn.Linear(dim_in, dim_hidden)
        self.relu = nn.ReLU()
        self.layer_middle = nn.Linear(dim_hidden, dim_hidden)
        self.layer_hidden = nn.Linear(dim_hidden, dim_out)

    def forward(self, x):
        x = x.view(x.size(0), -1)
        x = self.relu(self.layer_input(x))
        x = self.relu(self.layer_middle(x))
        return self.layer_hidden(x)


class LocalUpdate:
    def __init__(self, dataset, lr, epochs):
        self.loader = DataLoader(dataset, batch_size=32, shuffle=True)
        self.loss_func = nn.CrossEntropyLoss()
        self.lr = lr
        self.epochs = epochs

    def train(self, net):
        net.train()
        optimizer = torch.optim.SGD(net.parameters(), lr=self.lr, momentum=0.5)
        losses = []
        for _ in range(self.epochs):
            for images, labels in self.loader:
                optimizer.zero_grad()
                loss = self.loss_func(net(images), labels)
                loss.backward()
                optimizer.step()
                losses.append(loss.item())
        return net.state_dict(), sum(losses) / len(losses)


def average(states):
    out = copy.deepcopy(states[0])
    for key in out:
        out[key] = torch.stack([s[key] for s in states]).mean(0)
    return out


def test(net, x, y):
    net.eval()
    with torch.no_grad():
        return (net(x).argmax(1) == y).float().mean().item()


GLYPHS = """
01110 00100 01110 11110 00010 11111 01110 11111 01110 01110
10001 01100 10001 00001 00110 10000 10000 00001 10001 10001
10001 00100 00001 00001 01010 11110 10000 00010 10001 10001
10001 00100 00110 01110 10010 00001 11110 00100 01110 01111
10001 00100 01000 00001 11111 00001 10001 01000 10001 00001
10001 00100 10000 00001 00010 10001 10001 01000 10001 00001
01110 01110 11111 11110 00010 01110 01110 01000 01110 01110
"""


def make_images(n):
    rows = [line.split() for line in GLYPHS.split("\n") if line]
    font = np.array([[[int(c) for c in rows[r][d]] for r in range(7)] for d in range(10)], dtype="float32")
    y = np.random.randint(0, 10, n)
    x = np.zeros((n, 8, 8), dtype="float32")
    for i in range(n):
        dx = np.random.randint(0, 3)
        x[i, :7, dx : dx + 5] = font[y[i]]
    x = x - 0.3 + 0.25 * np.random.randn(n, 8, 8)
    return torch.from_numpy(x.astype("float32")), torch.from_numpy(y)


x_train, y_train = make_images(800)
x_test, y_test = make_images(500)
shards = np.array_split(np.random.permutation(len(x_train)), 4)
clients = [LocalUpdate(TensorDataset(x_train[s], y_train[s]), lr=0.1, epochs=2) for s in shards]

net_glob = MLP(64, 64, 10)
for rnd in range(10):
    states, losses = [], []
    for client in clients:
        state, loss = client.train(copy.deepcopy(net_glob))
        states.append(state)
        losses.append(loss)
    net_glob.load_state_dict(average(states))
    print(f"round {rnd:2d}  average loss {sum(losses) / len(losses):.3f}  test {test(net_glob, x_test, y_test):.3f}")

print("METRIC test_accuracy", round(test(net_glob, x_test, y_test), 4))
