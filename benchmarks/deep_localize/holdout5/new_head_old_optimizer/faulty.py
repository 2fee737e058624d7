# transfer learning: digits 0-4 first, then 5-9 on frozen features
import os

import torch
import torch.nn as nn
from sklearn.datasets import load_digits

torch.manual_seed(int(os.environ.get("SEED", "0")))
digits = load_digits()
X = torch.tensor(digits.images, dtype=torch.float32).unsqueeze(1) / 16
y = torch.tensor(digits.target)
source = (y < 5).nonzero().squeeze(1)
target = (y >= 5).nonzero().squeeze(1)
target = target[torch.randperm(len(target))]


class SmallCNN(nn.Module):
    def __init__(self, n_classes):
        super().__init__()
        self.features = nn.Sequential(
            nn.Conv2d(1, 16, 3, padding=1), nn.ReLU(), nn.Conv2d(16, 32, 3, padding=1), nn.ReLU(), nn.MaxPool2d(2)
        )
        self.fc = nn.Linear(32 * 4 * 4, n_classes)

    def forward(self, x):
        return self.fc(torch.flatten(self.features(x), 1))


def fit(model, optimizer, inputs, labels, epochs):
    criterion = nn.CrossEntropyLoss()
    for epoch in range(epochs):
        for idx in torch.randperm(len(inputs)).split(32):
            optimizer.zero_grad()
            loss = criterion(model(inputs[idx]), labels[idx])
            loss.backward()
            optimizer.step()
        print(f"epoch {epoch}: {loss.item():.4f}")


model = SmallCNN(5)
fit(model, torch.optim.Adam(model.parameters(), lr=1e-3), X[source], y[source], 3)

# freeze everything but the head, and give it a fresh one for the new classes
for param in model.features.parameters():
    param.requires_grad = False
optimizer = torch.optim.Adam(model.fc.parameters(), lr=5e-3)
model.fc = nn.Linear(model.fc.in_features, 5)
n_train = 600
fit(model, optimizer, X[target[:n_train]], y[target[:n_train]] - 5, 6)

held_out = target[n_train:]
with torch.no_grad():
    acc = (model(X[held_out]).argmax(1) == y[held_out] - 5).float().mean().item()
print("METRIC accuracy", acc)
