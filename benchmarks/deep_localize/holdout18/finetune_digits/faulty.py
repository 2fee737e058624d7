"""Transfer learning: pretrain a CNN on the digits 0-4, then fine-tune on the rest (5-9) with a new head."""

import os

import torch
import torch.nn as nn
from sklearn.datasets import load_digits

SEED = int(os.environ.get("SEED", "0"))
torch.manual_seed(SEED)
torch.set_num_threads(1)


class SmallNet(nn.Module):
    def __init__(self, num_classes):
        super().__init__()
        self.features = nn.Sequential(
            nn.Conv2d(1, 12, 3, padding=1),
            nn.ReLU(),
            nn.MaxPool2d(2),
            nn.Conv2d(12, 24, 3, padding=1),
            nn.ReLU(),
            nn.MaxPool2d(2),
            nn.Flatten(),
        )
        self.fc = nn.Linear(96, num_classes)

    def forward(self, x):
        return self.fc(self.features(x))


def fit(model, optimizer, x, y, epochs, batch_size=32):
    criterion = nn.CrossEntropyLoss()
    model.train()
    for epoch in range(epochs):
        order = torch.randperm(len(x))
        for i in range(0, len(x), batch_size):
            idx = order[i : i + batch_size]
            optimizer.zero_grad()
            loss = criterion(model(x[idx]), y[idx])
            loss.backward()
            optimizer.step()
        print(f"  epoch {epoch + 1} loss {loss.item():.4f}")


@torch.no_grad()
def accuracy(model, x, y):
    model.eval()
    return (model(x).argmax(1) == y).float().mean().item()


digits = load_digits()
images = torch.tensor(digits.images, dtype=torch.float32).unsqueeze(1) / 8.0 - 1.0
labels = torch.tensor(digits.target)
order = torch.randperm(len(labels))
images, labels = images[order], labels[order]
source = labels < 5
x_src, y_src = images[source], labels[source]
x_tgt, y_tgt = images[~source], labels[~source] - 5
x_train, y_train, x_test, y_test = x_tgt[:300], y_tgt[:300], x_tgt[300:], y_tgt[300:]

print("pretraining")
model = SmallNet(num_classes=5)
fit(model, torch.optim.Adam(model.parameters(), lr=2e-3), x_src, y_src, epochs=5)

print("fine-tuning")
optimizer = torch.optim.Adam(model.parameters(), lr=5e-3)
for p in model.features.parameters():
    p.requires_grad = False
model.fc = nn.Linear(96, 5)
fit(model, optimizer, x_train, y_train, epochs=15)

acc = accuracy(model, x_test, y_test)
print(f"METRIC target_accuracy {acc:.4f}")
