"""A quarter of the training labels is wrong at random; label smoothing and heavy dropout, clean test set."""

import os

import torch
import torch.nn as nn
from torch.optim.lr_scheduler import OneCycleLR

SEED = int(os.environ.get("SEED", "0"))
torch.manual_seed(SEED)
torch.set_num_threads(1)

CLASSES, DIM = 8, 24
centers = torch.randn(CLASSES, DIM) * 1.2


def draw(n, noise=0.0):
    y = torch.randint(0, CLASSES, (n,))
    x = centers[y] + torch.randn(n, DIM)
    flip = torch.rand(n) < noise
    return x, torch.where(flip, torch.randint(0, CLASSES, (n,)), y)


x_train, y_train = draw(2500, noise=0.28)
x_test, y_test = draw(1000)
model = nn.Sequential(
    nn.Linear(DIM, 128),
    nn.BatchNorm1d(128),
    nn.ReLU(),
    nn.Dropout(0.6),
    nn.Linear(128, 64),
    nn.ReLU(),
    nn.Dropout(0.5),
    nn.Linear(64, CLASSES),
)
criterion = nn.CrossEntropyLoss(label_smoothing=0.1)
epochs, batch_size = 8, 50
optimizer = torch.optim.SGD(model.parameters(), lr=0.01, momentum=0.9, weight_decay=5e-4, nesterov=True)
scheduler = OneCycleLR(optimizer, max_lr=0.1, total_steps=epochs * len(x_train) // batch_size)
for epoch in range(epochs):
    model.train()
    for idx in torch.randperm(len(x_train)).split(batch_size):
        optimizer.zero_grad()
        loss = criterion(model(x_train[idx]), y_train[idx])
        loss.backward()
        optimizer.step()
        scheduler.step()
    model.eval()
    with torch.no_grad():
        train_accuracy = (model(x_train).argmax(1) == y_train).float().mean().item()
        accuracy = (model(x_test).argmax(1) == y_test).float().mean().item()
    print(f"epoch {epoch} loss {loss.item():.3f} train {train_accuracy:.3f} clean test {accuracy:.3f}")
print("METRIC clean_accuracy", round(accuracy, 4))
