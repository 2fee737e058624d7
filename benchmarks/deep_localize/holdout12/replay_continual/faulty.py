"""Class-incremental learning: tasks arrive one after the other, old ones are rehearsed from a small reservoir."""

import os
import random

import torch
import torch.nn.functional as F
from torch import nn

SEED = int(os.environ.get("SEED", "0"))
random.seed(SEED)
torch.manual_seed(SEED)
torch.set_num_threads(1)

FEATURES, TASKS, CLASSES_PER_TASK = 20, 4, 2
CLASSES = TASKS * CLASSES_PER_TASK


class Stream:
    def __init__(self):
        self.centres = 1.5 * torch.randn(CLASSES, FEATURES)

    def draw(self, n, classes):
        y = torch.tensor(random.choices(classes, k=n))
        return self.centres[y] + torch.randn(n, FEATURES), y


class Reservoir:
    """Keeps `capacity` examples of all that were offered so far."""

    def __init__(self, capacity):
        self.capacity = capacity
        self.seen = 0
        self.items = []

    def offer(self, x, y):
        self.seen += 1
        if len(self.items) < self.capacity:
            self.items.append((x, y))
            return
        slot = random.randrange(self.capacity)
        if slot < self.capacity:
            self.items[slot] = (x, y)

    def sample(self, n):
        picked = random.choices(self.items, k=n)
        return torch.stack([x for x, _ in picked]), torch.stack([y for _, y in picked])


def train_on_task(model, optimizer, memory, x, y, epochs=3, batch_size=20):
    model.train()
    for _ in range(epochs):
        for idx in torch.randperm(len(x)).split(batch_size):
            loss = F.cross_entropy(model(x[idx]), y[idx])
            if memory.items:
                old_x, old_y = memory.sample(2 * batch_size)
                loss = loss + F.cross_entropy(model(old_x), old_y)
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
    for xi, yi in zip(x, y):
        memory.offer(xi, yi)
    return loss.item()


@torch.no_grad()
def accuracy(model, x, y):
    model.eval()
    return (model(x).argmax(1) == y).float().mean().item()


def main():
    stream = Stream()
    model = nn.Sequential(nn.Linear(FEATURES, 64), nn.ReLU(), nn.Linear(64, 64), nn.ReLU(), nn.Linear(64, CLASSES))
    optimizer = torch.optim.SGD(model.parameters(), lr=0.03, momentum=0.5)
    memory = Reservoir(120)
    tests = []
    for task in range(TASKS):
        classes = list(range(task * CLASSES_PER_TASK, (task + 1) * CLASSES_PER_TASK))
        tests.append(stream.draw(200, classes))
        loss = train_on_task(model, optimizer, memory, *stream.draw(600, classes))
        print(f"after task {task}: loss {loss:.3f} accuracies", [round(accuracy(model, *t), 2) for t in tests])
    mean = sum(accuracy(model, *t) for t in tests) / TASKS
    print(f"METRIC mean_accuracy {mean:.4f}")


main()
