"""Classifies rendered digit glyphs with light photometric augmentation."""

import os

import torch
from torch import nn
from torch.utils.data import DataLoader, Dataset

SEED = int(os.environ.get("SEED", "0"))
torch.manual_seed(SEED)
torch.set_num_threads(1)

FONT = """01110 10001 10011 10101 11001 10001 01110
00100 01100 00100 00100 00100 00100 01110
01110 10001 00001 00010 00100 01000 11111
11111 00010 00100 00010 00001 10001 01110
00010 00110 01010 10010 11111 00010 00010
11111 10000 11110 00001 00001 10001 01110
00110 01000 10000 11110 10001 10001 01110
11111 00001 00010 00100 01000 01000 01000
01110 10001 10001 01110 10001 10001 01110
01110 10001 10001 01111 00001 00010 01100"""
GLYPHS = torch.tensor([[[float(c) for c in row] for row in line.split()] for line in FONT.splitlines()])


def render(n):
    labels = torch.randint(0, 10, (n,))
    images = 0.1 * torch.randn(n, 1, 10, 8)
    for i, c in enumerate(labels.tolist()):
        top, left = torch.randint(0, 4, (2,)).tolist()
        images[i, 0, top : top + 7, left : left + 5] += GLYPHS[c] * torch.empty(1).uniform_(0.6, 1.2)
    return images, labels


class GlyphImages(Dataset):
    def __init__(self, images, labels, train):
        self.images = images
        self.labels = labels
        self.train = train

    def __len__(self):
        return len(self.labels)

    def augment(self, img):
        # contrast, sensor noise, then an occasional occluding square
        img.mul_(torch.empty(1).uniform_(0.75, 1.25))
        img.add_(torch.randn_like(img), alpha=0.2)
        if torch.rand(1) < 0.5:
            r, c = torch.randint(0, 9, (1,)).item(), torch.randint(0, 7, (1,)).item()
            img[:, r : r + 2, c : c + 2] = 0.0
        return img

    def __getitem__(self, i):
        img = self.images[i]
        if self.train:
            img = self.augment(img.clone())
        return img, self.labels[i]


class SmallCNN(nn.Module):
    def __init__(self):
        super().__init__()
        self.features = nn.Sequential(
            nn.Conv2d(1, 12, 3, padding=1),
            nn.BatchNorm2d(12),
            nn.ReLU(),
            nn.Conv2d(12, 24, 3, padding=1),
            nn.BatchNorm2d(24),
            nn.ReLU(),
            nn.MaxPool2d(2),
            nn.Conv2d(24, 24, 3),
            nn.ReLU(),
        )
        self.classifier = nn.Linear(24 * 3 * 2, 10)

    def forward(self, x):
        return self.classifier(self.features(x).flatten(1))


def accuracy(model, loader):
    model.eval()
    hits = total = 0
    with torch.no_grad():
        for x, y in loader:
            hits += (model(x).argmax(1) == y).sum().item()
            total += len(y)
    return hits / total


train_loader = DataLoader(GlyphImages(*render(400), train=True), batch_size=40, shuffle=True)
test_loader = DataLoader(GlyphImages(*render(400), train=False), batch_size=200)

model = SmallCNN()
optimizer = torch.optim.AdamW(model.parameters(), lr=3e-3, weight_decay=1e-2)
criterion = nn.CrossEntropyLoss()

for epoch in range(18):
    model.train()
    running = 0.0
    for x, y in train_loader:
        optimizer.zero_grad()
        loss = criterion(model(x), y)
        loss.backward()
        optimizer.step()
        running += loss.item()
    if epoch % 6 == 5:
        print(f"epoch {epoch + 1}: loss {running / len(train_loader):.3f} test acc {accuracy(model, test_loader):.3f}")

print(f"METRIC test_accuracy {accuracy(model, test_loader):.4f}")
