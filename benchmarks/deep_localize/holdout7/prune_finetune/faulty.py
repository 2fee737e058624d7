"""Prunes half of a trained network's units, shrinks its layers, and fine-tunes what is left."""

import os

import torch
from torch import nn

torch.manual_seed(int(os.environ.get("SEED", "0")))
torch.set_num_threads(1)

teacher_w1, teacher_w2 = torch.randn(10, 12), torch.randn(12, 5)


def sample(n):
    x = torch.randn(n, 10)
    return x, (torch.tanh(x @ teacher_w1) @ teacher_w2).argmax(1)


x_train, y_train = sample(3000)
x_test, y_test = sample(800)


class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.fc1 = nn.Linear(10, 96)
        self.fc2 = nn.Linear(96, 96)
        self.fc3 = nn.Linear(96, 5)

    def forward(self, x):
        return self.fc3(torch.relu(self.fc2(torch.relu(self.fc1(x)))))


def train(model, optimizer, epochs, tag):
    for epoch in range(epochs):
        total = 0.0
        for idx in torch.randperm(3000).split(60):
            optimizer.zero_grad()
            loss = nn.functional.cross_entropy(model(x_train[idx]), y_train[idx])
            loss.backward()
            optimizer.step()
            total += loss.item() / 50
        print(f"{tag} epoch {epoch}: loss {total:.3f} accuracy {test(model):.3f}")


@torch.no_grad()
def test(model):
    return (model(x_test).argmax(1) == y_test).float().mean().item()


@torch.no_grad()
def speed_up(model, keep=0.2):
    """Replaces the layers by smaller ones that hold the units of the greatest norm."""
    for first, second in (("fc1", "fc2"), ("fc2", "fc3")):
        a, b = getattr(model, first), getattr(model, second)
        units = a.weight.norm(dim=1).topk(int(keep * a.out_features)).indices
        small_a, small_b = nn.Linear(a.in_features, len(units)), nn.Linear(len(units), b.out_features)
        small_a.weight.copy_(a.weight[units])
        small_a.bias.copy_(a.bias[units])
        small_b.weight.copy_(b.weight[:, units])
        small_b.bias.copy_(b.bias)
        setattr(model, first, small_a)
        setattr(model, second, small_b)


model = Net()
optimizer = torch.optim.Adam(model.parameters(), lr=3e-3)
train(model, optimizer, 5, "pretrain")

speed_up(model)
print("pruned:", test(model))
for group in optimizer.param_groups:
    group["lr"] = 5e-3
train(model, optimizer, 10, "finetune")
print("METRIC accuracy", test(model))
