"""Recognise one of twelve hand gestures from the features of a motion glove."""

import os
import random

import numpy as np
import torch
import torch.nn as nn
import torch.optim as optim
from sklearn.datasets import make_classification
from sklearn.model_selection import train_test_split
from sklearn.preprocessing import StandardScaler

SEED = int(os.environ.get("SEED", "0"))
random.seed(SEED)
np.random.seed(SEED)
torch.manual_seed(SEED)
torch.set_num_threads(1)

N_GESTURES = 12


class GestureNet(nn.Module):
    def __init__(self, n_features, n_classes):
        super().__init__()
        self.fc1 = nn.Linear(n_features, 128)
        self.fc2 = nn.Linear(128, 64)
        self.fc3 = nn.Linear(64, n_classes)
        self.relu = nn.ReLU()
        self.softmax = nn.Softmax(dim=1)

    def forward(self, x):
        x = self.relu(self.fc1(x))
        x = self.relu(self.fc2(x))
        x = self.softmax(self.fc3(x))
        return x


def train(model, x, y, criterion, optimizer, batch_size=32):
    model.train()
    order = np.random.permutation(len(x))
    losses = []
    for start in range(0, len(x), batch_size):
        idx = order[start : start + batch_size]
        optimizer.zero_grad()
        outputs = model(x[idx])
        loss = criterion(outputs, y[idx])
        loss.backward()
        optimizer.step()
        losses.append(loss.item())
    return sum(losses) / len(losses)


def test(model, x, y):
    model.eval()
    with torch.no_grad():
        _, predicted = torch.max(model(x), 1)
    return (predicted == y).sum().item() / len(y)


def main():
    X, Y = make_classification(
        n_samples=2000,
        n_features=30,
        n_informative=20,
        n_redundant=4,
        n_classes=N_GESTURES,
        n_clusters_per_class=1,
        class_sep=1.8,
        random_state=SEED + 100,
    )
    x_train, x_test, y_train, y_test = train_test_split(X, Y, test_size=0.25, random_state=SEED)
    scaler = StandardScaler().fit(x_train)
    x_train = torch.FloatTensor(scaler.transform(x_train))
    x_test = torch.FloatTensor(scaler.transform(x_test))
    y_train, y_test = torch.LongTensor(y_train), torch.LongTensor(y_test)

    model = GestureNet(30, N_GESTURES)
    criterion = nn.CrossEntropyLoss()
    optimizer = optim.SGD(model.parameters(), lr=0.05)

    for epoch in range(20):
        loss = train(model, x_train, y_train, criterion, optimizer)
        if (epoch + 1) % 4 == 0:
            print("Epoch [%d/20] loss: %.4f acc: %.3f" % (epoch + 1, loss, test(model, x_test, y_test)))

    print("METRIC accuracy", test(model, x_test, y_test))


if __name__ == "__main__":
    main()
