"""Transfer learning: a network trained on many textures is adapted to four new fabrics with few pictures."""

import os

import numpy as np
import torch
import torch.nn as nn
from torch.utils.data import DataLoader, TensorDataset

SEED = int(os.environ.get("SEED", "0"))
torch.manual_seed(SEED)
rng = np.random.default_rng(SEED)
torch.set_num_threads(1)


def textures(angles, n_each, size=16):
    yy, xx = np.mgrid[:size, :size] / size
    images, labels = [], []
    for label, (angle, frequency) in enumerate(angles):
        for _ in range(n_each):
            a = angle + rng.normal(0, 0.05)
            wave = np.sin(2 * np.pi * frequency * (xx * np.cos(a) + yy * np.sin(a)) + rng.uniform(0, 2 * np.pi))
            images.append(wave + 0.5 * rng.normal(size=(size, size)))
            labels.append(label)
    return TensorDataset(torch.tensor(np.stack(images), dtype=torch.float32).unsqueeze(1), torch.tensor(labels))


class TextureNet(nn.Module):
    def __init__(self, n_classes):
        super().__init__()
        self.backbone = nn.Sequential(
            nn.Conv2d(1, 12, 5, padding=2),
            nn.ReLU(),
            nn.MaxPool2d(2),
            nn.Conv2d(12, 24, 3, padding=1),
            nn.ReLU(),
            nn.AdaptiveAvgPool2d(2),
            nn.Flatten(),
        )
        self.head = nn.Linear(96, n_classes)

    def forward(self, x):
        return self.head(self.backbone(x))


def fit(model, optimizer, loader, epochs, name):
    criterion = nn.CrossEntropyLoss()
    for epoch in range(epochs):
        model.train()
        seen = right = 0
        for images, labels in loader:
            optimizer.zero_grad()
            output = model(images)
            loss = criterion(output, labels)
            loss.backward()
            optimizer.step()
            seen += len(labels)
            right += (output.argmax(1) == labels).sum().item()
        if epoch % 4 == 3:
            print(f"{name} epoch {epoch + 1} loss {loss.item():.4f} train accuracy {right / seen:.4f}")


base = [(a, f) for a in np.linspace(0, np.pi, 5)[:-1] for f in (2, 3.5)]
fabrics = [(a, 2.7) for a in np.linspace(0.4, np.pi + 0.4, 5)[:-1]]

# pretraining
model = TextureNet(len(base))
fit(model, torch.optim.Adam(model.parameters(), lr=3e-3), DataLoader(textures(base, 60), 48, shuffle=True), 12, "base")

# fine-tuning of a new head
for param in model.backbone.parameters():
    param.requires_grad = False
model.head = nn.Linear(model.head.in_features, len(fabrics))
optimizer = torch.optim.Adam(model.parameters(), lr=1e-2)
fit(model, optimizer, DataLoader(textures(fabrics, 40), 16, shuffle=True), 16, "fabrics")

model.eval()
test_images, test_labels = textures(fabrics, 80).tensors
with torch.no_grad():
    accuracy = (model(test_images).argmax(1) == test_labels).float().mean().item()
print(f"METRIC accuracy {accuracy:.4f}")
