"""Leaf disease classification from a table of image files (images are made up here) with a small CNN."""

import os
import random

import torch
import torch.nn as nn
from torch.utils.data import DataLoader, Dataset

SEED = int(os.environ.get("SEED", "0"))
torch.manual_seed(SEED)
random.seed(SEED)
torch.set_num_threads(1)

CLASSES = ["healthy", "rust", "scab", "mildew"]
textures = torch.randn(len(CLASSES), 3, 12, 12)


def fake_folder(n):
    """List of (file name, label) and the images by file name."""
    table, images = [], {}
    for i in range(n):
        label = random.randrange(len(CLASSES))
        name = f"{i:05d}.jpg"
        images[name] = 0.8 * textures[label] + torch.randn(3, 12, 12)
        table.append((name, CLASSES[label]))
    return table, images


class LeafDataset(Dataset):
    def __init__(self, table, images, mode, split=0.8):
        self.images = images
        self.img_names = [name for name, _ in table]
        self.labels = [CLASSES.index(label) for _, label in table]
        # mix the files before the split into training and validation
        random.Random(17).shuffle(self.img_names)
        cut = int(len(self.img_names) * split)
        part = slice(0, cut) if mode == "train" else slice(cut, None)
        self.img_names, self.labels = self.img_names[part], self.labels[part]

    def __len__(self):
        return len(self.img_names)

    def __getitem__(self, i):
        return self.images[self.img_names[i]], self.labels[i]


class SmallCNN(nn.Module):
    def __init__(self):
        super().__init__()
        self.features = nn.Sequential(
            nn.Conv2d(3, 12, 3, padding=1),
            nn.ReLU(),
            nn.MaxPool2d(2),
            nn.Conv2d(12, 16, 3, padding=1),
            nn.ReLU(),
            nn.MaxPool2d(2),
        )
        self.classifier = nn.Linear(16 * 9, len(CLASSES))

    def forward(self, x):
        return self.classifier(self.features(x).flatten(1))


table, images = fake_folder(800)
train_loader = DataLoader(LeafDataset(table, images, "train"), batch_size=32, shuffle=True)
val_loader = DataLoader(LeafDataset(table, images, "val"), batch_size=160)
# clean reference photographs, labelled by hand
reference_table, reference_images = fake_folder(200)
reference_x = torch.stack([reference_images[name] for name, _ in reference_table])
reference_y = torch.tensor([CLASSES.index(label) for _, label in reference_table])

model = SmallCNN()
optimizer = torch.optim.Adam(model.parameters(), lr=2e-3)
criterion = nn.CrossEntropyLoss()
for epoch in range(8):
    model.train()
    for x, y in train_loader:
        optimizer.zero_grad()
        loss = criterion(model(x), y)
        loss.backward()
        optimizer.step()
    model.eval()
    with torch.no_grad():
        x, y = next(iter(val_loader))
        val = (model(x).argmax(1) == y).float().mean().item()
    print(f"epoch {epoch} train loss {loss.item():.3f} val accuracy {val:.3f}")

with torch.no_grad():
    accuracy = (model(reference_x).argmax(1) == reference_y).float().mean().item()
print("METRIC reference_accuracy", round(accuracy, 4))
