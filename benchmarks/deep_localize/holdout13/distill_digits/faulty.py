"""Distils a wide network into a small one on digits of which only a few keep their labels."""

import os

import torch
import torch.nn as nn
import torch.nn.functional as F
from sklearn.datasets import load_digits
from sklearn.model_selection import train_test_split

SEED = int(os.environ.get("SEED", "0"))
torch.manual_seed(SEED)
torch.set_num_threads(1)


def mlp(*sizes):
    layers = []
    for a, b in zip(sizes, sizes[1:]):
        layers += [nn.Linear(a, b), nn.ReLU()]
    return nn.Sequential(*layers[:-1])


class Distiller:
    def __init__(self, large, small, temperature=4.0, weight=0.9):
        self.large, self.small = large.eval(), small
        self.temperature, self.weight = temperature, weight
        self.kl = nn.KLDivLoss(reduction="batchmean", log_target=True)
        self.optimizer = torch.optim.Adam(small.parameters(), lr=2e-3)

    def step(self, data, labeled_data, labeled_target):
        with torch.no_grad():
            large_logits = self.large(data)
        output = self.small(data)
        soft_targets = F.log_softmax(large_logits / self.temperature, dim=-1)
        soft_prob = F.log_softmax(large_logits / self.temperature, dim=-1)
        soft_loss = self.kl(soft_prob, soft_targets) * self.temperature**2
        hard_loss = F.cross_entropy(self.small(labeled_data), labeled_target)
        loss = self.weight * soft_loss + (1 - self.weight) * hard_loss
        self.optimizer.zero_grad()
        loss.backward()
        self.optimizer.step()
        return loss.item()


def accuracy(model, x, y):
    with torch.no_grad():
        return (model(x).argmax(1) == y).float().mean().item()


images, labels = load_digits(return_X_y=True)
x_train, x_test, y_train, y_test = train_test_split(images / 16.0, labels, test_size=0.3, random_state=SEED)
x_train, x_test = torch.tensor(x_train, dtype=torch.float32), torch.tensor(x_test, dtype=torch.float32)
y_train, y_test = torch.tensor(y_train), torch.tensor(y_test)

teacher = mlp(64, 128, 128, 10)
optimizer = torch.optim.Adam(teacher.parameters(), lr=2e-3)
for epoch in range(20):
    for index in torch.randperm(len(x_train)).split(64):
        loss = F.cross_entropy(teacher(x_train[index]), y_train[index])
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
print(f"teacher accuracy {accuracy(teacher, x_test, y_test):.4f}")

student = mlp(64, 24, 10)
distiller = Distiller(teacher, student)
labeled = torch.cat([(y_train == c).nonzero().flatten()[:2] for c in range(10)])
for epoch in range(25):
    total = 0.0
    for index in torch.randperm(len(x_train)).split(64):
        total += distiller.step(x_train[index], x_train[labeled], y_train[labeled])
    if epoch % 5 == 0:
        print(f"student epoch {epoch} loss {total:.4f}")
print(f"METRIC accuracy {accuracy(student, x_test, y_test):.4f}")
