"""Tells from two feature vectors whether the first statement entails, contradicts or says nothing on the second."""

import os

import torch
import torch.nn as nn

torch.manual_seed(int(os.environ.get("SEED", "0")))
torch.set_num_threads(1)

options = {"n_in": 6, "n_hid": 24, "n_layers": 3, "act": "Tanh", "lr": 5e-3, "epochs": 14}


def statements(n):
    a, b = torch.randn(n, options["n_in"]), torch.randn(n, options["n_in"])
    agreement = torch.sign(a[:, 0] * b[:, 0]) + torch.sign(a[:, 1] * b[:, 1])
    label = torch.where(agreement > 0, 0, torch.where(agreement < 0, 1, 2))
    return a, b, label


class EntailmentNet(nn.Module):
    def __init__(self, options):
        super().__init__()
        dim = 2 * options["n_in"]
        self.hids = []
        for _ in range(options["n_layers"]):
            self.hids.append(nn.Sequential(nn.Linear(dim, options["n_hid"]), getattr(nn, options["act"])()))
            dim = options["n_hid"]
        self.classifier = nn.Linear(dim, 3)

    def forward(self, a, b):
        h = torch.cat([a, b], 1)
        for layer in self.hids:
            h = layer(h)
        return self.classifier(h)


def run():
    train, dev = statements(4000), statements(800)
    net = EntailmentNet(options)
    optimizer = torch.optim.Adam(net.parameters(), lr=options["lr"])
    for epoch in range(options["epochs"]):
        cost = 0.0
        for idx in torch.randperm(4000).split(50):
            a, b, y = (part[idx] for part in train)
            loss = nn.functional.cross_entropy(net(a, b), y)
            net.zero_grad()
            loss.backward()
            optimizer.step()
            cost += loss.item() / 80
        with torch.no_grad():
            acc = (net(dev[0], dev[1]).argmax(1) == dev[2]).float().mean().item()
        print("epoch", epoch, "cost %.4f dev %.3f" % (cost, acc))
    print("METRIC accuracy", acc)


run()
