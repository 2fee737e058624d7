import os
import random

import torch
import torch.nn as nn
import torch.nn.functional as F
from sklearn.datasets import load_digits
from torch.utils.data import DataLoader, Dataset

SEED = int(os.environ.get("SEED", "0"))
random.seed(SEED)
torch.manual_seed(SEED)


class SiameseDataset(Dataset):
    def __init__(self, images, labels, pairs):
        self.images, self.labels, self.pairs = images, labels, pairs
        self.by_class = {c: (labels == c).nonzero().flatten().tolist() for c in range(10)}

    def __len__(self):
        return self.pairs

    def __getitem__(self, _):
        c = random.randrange(10)
        same = random.randint(0, 1)
        other = c if same else random.choice([k for k in range(10) if k != c])
        i, j = random.choice(self.by_class[c]), random.choice(self.by_class[other])
        return self.images[i], self.images[j], torch.tensor([same], dtype=torch.float32)


class SiameseNetwork(nn.Module):
    def __init__(self):
        super().__init__()
        self.cnn1 = nn.Sequential(nn.Conv2d(1, 8, 3, padding=1), nn.ReLU(), nn.MaxPool2d(2))
        self.fc1 = nn.Sequential(nn.Linear(8 * 16, 64), nn.ReLU(), nn.Linear(64, 5))

    def forward_once(self, x):
        return self.fc1(self.cnn1(x).flatten(1))

    def forward(self, a, b):
        return self.forward_once(a), self.forward_once(b)


class ContrastiveLoss(nn.Module):
    def __init__(self, margin=2.0):
        super().__init__()
        self.margin = margin

    def forward(self, output1, output2, label):
        distance = F.pairwise_distance(output1, output2, keepdim=True)
        return torch.mean((1 - label) * distance.pow(2) + label * torch.clamp(self.margin - distance, min=0.0).pow(2))


digits = load_digits()
images = torch.tensor(digits.images, dtype=torch.float32).unsqueeze(1) / 16
labels = torch.tensor(digits.target)
net = SiameseNetwork()
criterion = ContrastiveLoss()
optimizer = torch.optim.Adam(net.parameters(), lr=2e-3)
loader = DataLoader(SiameseDataset(images[:1400], labels[:1400], 3000), batch_size=50)
for epoch in range(4):
    for img0, img1, label in loader:
        optimizer.zero_grad()
        loss = criterion(*net(img0, img1), label)
        loss.backward()
        optimizer.step()
    print(f"Epoch {epoch} loss {loss.item():.4f}")
with torch.no_grad():
    z = net.forward_once(images[1400:])
    close = torch.cdist(z, z) < 1.0
    alike = labels[1400:, None] == labels[None, 1400:]
hit = (close[alike].float().mean() + (~close)[~alike].float().mean()) / 2
print("METRIC pair_accuracy", hit.item())
