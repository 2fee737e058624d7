"""Convolutional autoencoder for pictures of simple shapes, binary cross-entropy per pixel."""

import os

import numpy as np
import torch
import torch.nn as nn
from torch.utils.data import DataLoader, Dataset

SEED = int(os.environ.get("SEED", "0"))
torch.manual_seed(SEED)


class Shapes(Dataset):
    """Filled rectangles and discs, 16x16."""

    def __init__(self, count, seed, transform=None):
        rng = np.random.default_rng(seed)
        yy, xx = np.mgrid[:16, :16]
        self.images = np.zeros((count, 1, 16, 16), dtype=np.float32)
        for image in self.images:
            cy, cx, r = rng.uniform(4, 12), rng.uniform(4, 12), rng.uniform(2, 4.5)
            if rng.random() < 0.5:
                image[0] = (yy - cy) ** 2 + (xx - cx) ** 2 < r**2
            else:
                image[0] = (abs(yy - cy) < r) & (abs(xx - cx) < rng.uniform(2, 4.5))
            image += rng.uniform(0, 0.1, image.shape)
        self.images = self.images.clip(0, 1)
        self.transform = transform

    def __len__(self):
        return len(self.images)

    def __getitem__(self, i):
        image = torch.from_numpy(self.images[i])
        return self.transform(image) if self.transform else image


def normalize(image):
    return (image - 0.5) / 0.5


class AutoEncoder(nn.Module):
    def __init__(self, code=16):
        super().__init__()
        self.encoder = nn.Sequential(
            nn.Conv2d(1, 12, 3, stride=2, padding=1),
            nn.ReLU(),
            nn.Conv2d(12, 24, 3, stride=2, padding=1),
            nn.ReLU(),
            nn.Flatten(),
            nn.Linear(24 * 16, code),
        )
        self.decoder = nn.Sequential(
            nn.Linear(code, 24 * 16),
            nn.ReLU(),
            nn.Unflatten(1, (24, 4, 4)),
            nn.ConvTranspose2d(24, 12, 4, stride=2, padding=1),
            nn.ReLU(),
            nn.ConvTranspose2d(12, 1, 4, stride=2, padding=1),
        )

    def forward(self, x):
        return self.decoder(self.encoder(x))


transform = None
train_loader = DataLoader(Shapes(1200, SEED, transform), batch_size=64, shuffle=True)
test_images = torch.stack(list(Shapes(300, SEED + 1000, transform)))
model = AutoEncoder()
criterion = nn.BCEWithLogitsLoss()
optimizer = torch.optim.Adam(model.parameters(), lr=2e-3)
for epoch in range(10):
    model.train()
    for images in train_loader:
        loss = criterion(model(images), images)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
    print("epoch", epoch, "loss", round(loss.item(), 4))

model.eval()
with torch.no_grad():
    rebuilt = torch.sigmoid(model(test_images))
    unexplained = ((rebuilt - test_images) ** 2).sum() / ((test_images - test_images.mean(0)) ** 2).sum()
print("METRIC explained", max(-1.0, 1 - unexplained.item()))
