"""Trains a classifier, removes most hidden units, and fine-tunes what is left."""

import os

import torch
import torch.nn as nn
import torch.nn.functional as F

SEED = int(os.environ.get("SEED", "0"))
torch.manual_seed(SEED)
torch.set_num_threads(1)


class Net(nn.Module):
    def __init__(self, inputs=20, hidden=128, classes=6):
        super().__init__()
        self.fc1 = nn.Linear(inputs, hidden)
        self.fc2 = nn.Linear(hidden, hidden)
        self.fc3 = nn.Linear(hidden, classes)

    def forward(self, x):
        return self.fc3(F.relu(self.fc2(F.relu(self.fc1(x)))))


def shrink(before, after, keep):
    """New layers with only the units in `keep` between them."""
    small_before = nn.Linear(before.in_features, len(keep))
    small_after = nn.Linear(len(keep), after.out_features)
    with torch.no_grad():
        small_before.weight.copy_(before.weight[keep])
        small_before.bias.copy_(before.bias[keep])
        small_after.weight.copy_(after.weight[:, keep])
        small_after.bias.copy_(after.bias)
    return small_before, small_after


def prune(model, units):
    keep = model.fc1.weight.abs().sum(1).topk(units).indices
    model.fc1, model.fc2 = shrink(model.fc1, model.fc2, keep)
    keep = model.fc2.weight.abs().sum(1).topk(units).indices
    model.fc2, model.fc3 = shrink(model.fc2, model.fc3, keep)


def train(model, optimizer, x, y, epochs):
    for epoch in range(epochs):
        model.train()
        for idx in torch.randperm(len(x)).split(50):
            loss = F.cross_entropy(model(x[idx]), y[idx])
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()


@torch.no_grad()
def test(model, x, y):
    model.eval()
    return (model(x).argmax(1) == y).float().mean().item()


centres = 1.6 * torch.randn(6 * 4, 20)
which = torch.randint(24, (2000,))
x = centres[which] + torch.randn(2000, 20)
x = (x - x.mean(0)) / x.std(0)
y = which % 6
xt, yt, xv, yv = x[:1500], y[:1500], x[1500:], y[1500:]

model = Net()
optimizer = torch.optim.Adam(model.parameters(), lr=1e-3)
train(model, optimizer, xt, yt, 10)
print(f"dense: {test(model, xv, yv):.3f}")

prune(model, 14)
print(f"after pruning: {test(model, xv, yv):.3f}")

optimizer.param_groups[0]["lr"] = 2e-3
train(model, optimizer, xt, yt, 20)
print("METRIC finetuned_accuracy", round(test(model, xv, yv), 4))
