"""Siamese network with a contrastive loss on pairs of digits."""

import os

import torch
import torch.nn as nn
import torch.nn.functional as F
from sklearn.datasets import load_digits
from sklearn.model_selection import train_test_split
from torch.utils.data import DataLoader, Dataset

SEED = int(os.environ.get("SEED", "0"))
torch.manual_seed(SEED)
torch.set_num_threads(1)


class PairSet(Dataset):
    """For every image a partner: of the same class with even index, of any other class with odd index."""

    def __init__(self, x, y, generator):
        self.x, self.y, self.g = x, y, generator
        self.by_class = [torch.nonzero(y == c).flatten() for c in range(10)]

    def __len__(self):
        return len(self.x)

    def pick(self, c):
        members = self.by_class[c]
        return members[torch.randint(len(members), (1,), generator=self.g)].item()

    def __getitem__(self, i):
        c = self.y[i].item()
        same = i % 2 == 0
        if same:
            j = self.pick(c)
        else:
            j = self.pick((c + int(torch.randint(1, 10, (1,), generator=self.g))) % 10)
        return self.x[i], self.x[j], float(same)


class EmbeddingNet(nn.Module):
    def __init__(self):
        super().__init__()
        self.conv = nn.Sequential(
            nn.Conv2d(1, 12, 3, padding=1),
            nn.PReLU(),
            nn.MaxPool2d(2),
            nn.Conv2d(12, 24, 3, padding=1),
            nn.PReLU(),
            nn.MaxPool2d(2),
        )
        self.fc = nn.Sequential(nn.Linear(24 * 4, 48), nn.PReLU(), nn.Linear(48, 8))

    def forward(self, x):
        return self.fc(self.conv(x).flatten(1))


class ContrastiveLoss(nn.Module):
    def __init__(self, margin=1.5, eps=1e-9):
        super().__init__()
        self.margin = margin
        self.eps = eps

    def forward(self, a, b, same):
        squared = (a - b).pow(2).sum(1)
        distance = (squared + self.eps).sqrt()
        return (same * squared + (1 - same) * F.relu(self.margin - distance).pow(2)).mean() / 2


digits = load_digits()
images = torch.tensor(digits.images / 8 - 1, dtype=torch.float32).unsqueeze(1)
labels = torch.tensor(digits.target)
train_i, test_i = train_test_split(range(len(labels)), test_size=0.3, random_state=SEED, stratify=digits.target)
generator = torch.Generator().manual_seed(SEED)
train_set = PairSet(images[train_i], labels[train_i], generator)
test_set = PairSet(images[test_i], labels[test_i], generator)

model = EmbeddingNet()
criterion = ContrastiveLoss()
optimizer = torch.optim.Adam(model.parameters(), lr=2e-3)

for epoch in range(8):
    model.train()
    total = 0.0
    for a, b, same in DataLoader(train_set, batch_size=32, shuffle=True):
        same = same.float()
        loss = criterion(model(a), model(b), same)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        total += loss.item() * len(a)
    print(f"epoch {epoch + 1}: train loss {total / len(train_set):.4f}")

model.eval()
with torch.no_grad():
    losses = [criterion(model(a), model(b), same.float()).item() for a, b, same in DataLoader(test_set, batch_size=100)]
print("METRIC val_loss", round(sum(losses) / len(losses), 5))
