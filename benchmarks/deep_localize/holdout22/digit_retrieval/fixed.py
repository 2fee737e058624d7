"""Metric learning on handwritten digits: batch-hard triplets and nearest neighbours."""

import os
import random

import numpy as np
import torch
import torch.nn as nn
import torch.nn.functional as F
from sklearn.datasets import load_digits
from sklearn.model_selection import train_test_split

SEED = int(os.environ.get("SEED", "0"))
random.seed(SEED)
np.random.seed(SEED)
torch.manual_seed(SEED)
torch.set_num_threads(1)

MARGIN = 0.5


class Embedder(nn.Module):
    def __init__(self):
        super().__init__()
        self.conv1 = nn.Conv2d(1, 16, 3, padding=1)
        self.conv2 = nn.Conv2d(16, 32, 3, padding=1)
        self.fc = nn.Linear(32 * 4, 16)

    def forward(self, x):
        x = F.max_pool2d(F.relu(self.conv1(x)), 2)
        x = F.max_pool2d(F.relu(self.conv2(x)), 2)
        return F.normalize(self.fc(x.flatten(1)), dim=1)


def pairwise_distance(embedding):
    dot = embedding @ embedding.t()
    square = dot.diagonal()
    distance = square[:, None] - 2.0 * dot + square[None, :]
    return distance.clamp(min=1e-8).sqrt()


def batch_hard_triplet(embedding, labels):
    distance = pairwise_distance(embedding)
    same = labels[:, None] == labels[None, :]
    hardest_positive = (distance * same).max(1).values
    hardest_negative = (distance + 10.0 * same).min(1).values
    return F.relu(hardest_positive - hardest_negative + MARGIN).mean()


def balanced_batch(labels, classes=10, each=6):
    picked = [np.random.choice(np.flatnonzero(labels == c), each, replace=False) for c in range(classes)]
    return np.concatenate(picked)


digits = load_digits()
images = (digits.images / 16.0).astype(np.float32)[:, None]
x_train, x_test, y_train, y_test = train_test_split(images, digits.target, test_size=0.3, random_state=SEED)
train_images, train_labels = torch.from_numpy(x_train), torch.from_numpy(y_train)
test_images, test_labels = torch.from_numpy(x_test), torch.from_numpy(y_test)

model = Embedder()
optimizer = torch.optim.Adam(model.parameters(), lr=2e-3)

for iteration in range(300):
    model.train()
    idx = torch.from_numpy(balanced_batch(y_train))
    loss = batch_hard_triplet(model(train_images[idx]), train_labels[idx])
    optimizer.zero_grad()
    loss.backward()
    optimizer.step()
    if iteration % 60 == 0:
        print("iteration", iteration, "triplet loss", round(loss.item(), 4))

model.eval()
with torch.no_grad():
    gallery, queries = model(train_images), model(test_images)
    nearest = (queries @ gallery.t()).argmax(1)
    recall = (train_labels[nearest] == test_labels).float().mean().item()
    held_out = np.mean(
        [
            batch_hard_triplet(queries[idx], test_labels[idx]).item()
            for idx in (torch.from_numpy(balanced_batch(y_test)) for _ in range(10))
        ]
    )
print("recall at 1:", round(recall, 4))
print("METRIC test_triplet_loss", held_out)
