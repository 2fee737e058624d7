"""Tell malignant from benign tumours by thirty measurements of cell nuclei."""

import os
import random

import numpy as np
import torch
import torch.nn as nn
from sklearn.datasets import load_breast_cancer
from sklearn.model_selection import train_test_split
from sklearn.preprocessing import StandardScaler

SEED = int(os.environ.get("SEED", "0"))
random.seed(SEED)
np.random.seed(SEED)
torch.manual_seed(SEED)
torch.set_num_threads(1)

X, y = load_breast_cancer(return_X_y=True)
X_train, X_test, y_train, y_test = train_test_split(X, y, test_size=0.3, stratify=y, random_state=SEED)
scaler = StandardScaler().fit(X_train)
X_train, X_test = scaler.transform(X_train), scaler.transform(X_test)

X_train = torch.FloatTensor(X_train)
X_test = torch.FloatTensor(X_test)
y_train = torch.FloatTensor(y_train).view(-1, 1)
y_test = torch.FloatTensor(y_test).view(-1, 1)


class BinaryClassifier(nn.Module):
    def __init__(self, in_features):
        super().__init__()
        self.hidden1 = nn.Linear(in_features, 32)
        self.hidden2 = nn.Linear(32, 16)
        self.output = nn.Linear(16, 1)

    def forward(self, x):
        x = torch.relu(self.hidden1(x))
        x = torch.relu(self.hidden2(x))
        return self.output(x)


model = BinaryClassifier(X_train.shape[1])
criterion = nn.BCEWithLogitsLoss()
optimizer = torch.optim.SGD(model.parameters(), lr=0.05, momentum=0.9)

batch_size = 32
n_epochs = 25
history = []

for epoch in range(n_epochs):
    permutation = torch.randperm(X_train.size(0))
    epoch_loss = 0.0
    for i in range(0, X_train.size(0), batch_size):
        idx = permutation[i : i + batch_size]
        optimizer.zero_grad()
        out = model(X_train[idx])
        loss = criterion(out, y_train[idx])
        loss.backward()
        optimizer.step()
        epoch_loss += loss.item() * len(idx)
    history.append(epoch_loss / X_train.size(0))
    if (epoch + 1) % 5 == 0:
        print("Epoch %d, loss %.4f" % (epoch + 1, history[-1]))

with torch.no_grad():
    predicted = (torch.sigmoid(model(X_test)) > 0.5).float()
    accuracy = (predicted == y_test).float().mean().item()

print("METRIC test_accuracy", accuracy)
