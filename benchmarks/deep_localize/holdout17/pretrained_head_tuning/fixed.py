"""Transfer learning on digits: pretrain on 0-4, then a new head on frozen features for 5-9."""

import os

import torch
import torch.nn as nn
from sklearn.datasets import load_digits
from torch.utils.data import DataLoader, TensorDataset

SEED = int(os.environ.get("SEED", "0"))
torch.manual_seed(SEED)
torch.set_num_threads(1)


class Backbone(nn.Module):
    def __init__(self, n_classes):
        super().__init__()
        self.features = nn.Sequential(
            nn.Conv2d(1, 16, 3, padding=1),
            nn.ReLU(),
            nn.Conv2d(16, 32, 3, padding=1),
            nn.ReLU(),
            nn.MaxPool2d(2),
            nn.Flatten(),
        )
        self.classifier = nn.Linear(32 * 16, n_classes)

    def forward(self, x):
        return self.classifier(self.features(x))


def split(images, labels, keep, offset):
    chosen = torch.tensor([int(label) in keep for label in labels])
    x, y = images[chosen], labels[chosen] - offset
    order = torch.randperm(len(x))
    x, y = x[order], y[order]
    cut = int(0.75 * len(x))
    return TensorDataset(x[:cut], y[:cut]), TensorDataset(x[cut:], y[cut:])


def accuracy(model, dataset):
    model.eval()
    x, y = dataset.tensors
    with torch.no_grad():
        return (model(x).argmax(1) == y).float().mean().item()


data = load_digits()
images = torch.tensor(data.images, dtype=torch.float32).unsqueeze(1) / 16.0
labels = torch.tensor(data.target)
criterion = nn.CrossEntropyLoss()

# stage 1: source task
source_train, source_test = split(images, labels, range(0, 5), 0)
model = Backbone(5)
optimizer = torch.optim.Adam(model.parameters(), lr=1e-3)
for epoch in range(4):
    model.train()
    for x, y in DataLoader(source_train, batch_size=32, shuffle=True):
        optimizer.zero_grad()
        criterion(model(x), y).backward()
        optimizer.step()
print(f"source accuracy {accuracy(model, source_test):.3f}")

# stage 2: freeze the features, train a new classifier
for param in model.features.parameters():
    param.requires_grad = False
model.classifier = nn.Sequential(nn.Linear(32 * 16, 64), nn.ReLU(), nn.Dropout(0.2), nn.Linear(64, 5))
target_train, target_test = split(images, labels, range(5, 10), 5)
optimizer = torch.optim.SGD(model.classifier.parameters(), lr=0.03, momentum=0.9)

for epoch in range(10):
    model.train()
    running_loss = 0.0
    for x, y in DataLoader(target_train, batch_size=32, shuffle=True):
        optimizer.zero_grad()
        loss = criterion(model(x), y)
        loss.backward()
        optimizer.step()
        running_loss += loss.item() * len(x)
    print(f"epoch {epoch + 1} loss {running_loss / len(target_train):.4f} accuracy {accuracy(model, target_test):.3f}")

print(f"METRIC accuracy {accuracy(model, target_test):.4f}")
