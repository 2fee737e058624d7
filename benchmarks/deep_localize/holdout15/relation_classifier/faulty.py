"""Deep MLP with batch norm on a spiral-like relation of two variables, validated every few iterations."""

import os

import torch
import torch.nn as nn

SEED = int(os.environ.get("SEED", "0"))
torch.manual_seed(SEED)
torch.set_num_threads(1)


class Trainer:
    def __init__(self, model, optimizer, max_iter=320, interval_validate=40):
        self.model = model
        self.optim = optimizer
        self.criterion = nn.CrossEntropyLoss()
        self.max_iter = max_iter
        self.interval_validate = interval_validate
        self.best = 0.0

    def validate(self, iteration):
        self.model.eval()
        with torch.no_grad():
            accuracy = (self.model(x_val).argmax(1) == y_val).float().mean().item()
        self.best = max(self.best, accuracy)
        print(f"[{iteration:4d}] val accuracy {accuracy:.3f} best {self.best:.3f}")
        return accuracy

    def train(self):
        self.model.train()
        for iteration in range(self.max_iter):
            if iteration % self.interval_validate == 0:
                self.validate(iteration)
            idx = torch.randint(0, len(x_train), (64,))
            self.optim.zero_grad()
            loss = self.criterion(self.model(x_train[idx]), y_train[idx])
            loss.backward()
            self.optim.step()


def relation(n, classes=3):
    y = torch.randint(0, classes, (n,))
    r = torch.rand(n)
    angle = 4.5 * r + y * 2 * torch.pi / classes + 0.12 * torch.randn(n)
    return torch.stack([r * torch.cos(angle), r * torch.sin(angle)], 1) / 0.4, y


def block(a, b):
    return [nn.Linear(a, b, bias=False), nn.BatchNorm1d(b), nn.ReLU()]


x_train, y_train = relation(1500)
x_val, y_val = relation(600)
layers = block(2, 32)
for _ in range(8):
    layers += block(32, 32)
model = nn.Sequential(*layers, nn.Linear(32, 3))
trainer = Trainer(model, torch.optim.SGD(model.parameters(), lr=0.1, momentum=0.9))
trainer.train()
print("METRIC val_accuracy", round(trainer.validate(trainer.max_iter), 4))
