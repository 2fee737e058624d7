"""Fully convolutional labelling of road scenes; the trainer validates every few iterations."""

import os

import numpy as np
import torch
import torch.nn as nn
import torch.nn.functional as F

SEED = int(os.environ.get("SEED", "0"))
np.random.seed(SEED)
torch.manual_seed(SEED)
torch.set_num_threads(1)

N_CLASS, SIZE = 4, 24


def scene():
    """Sky, field, road and cars, in the grey levels of a camera, 0 to 255."""
    label = np.zeros((SIZE, SIZE), dtype=np.int64)
    horizon = np.random.randint(6, 12)
    label[horizon:] = 1
    centre = np.random.randint(8, 16)
    for y in range(horizon, SIZE):
        half = 1 + (y - horizon) // 2
        label[y, max(centre - half, 0) : centre + half] = 2
    y, x = np.random.randint(horizon, SIZE - 4), np.random.randint(0, SIZE - 4)
    label[y : y + 4, x : x + 4] = 3
    grey = np.array([190.0, 120.0, 90.0, 150.0])[label] + np.random.normal(0, 18, label.shape)
    return grey.astype(np.float32)[None], label


class FCN(nn.Module):
    def __init__(self, width=12):
        super().__init__()
        self.bn0 = nn.BatchNorm2d(1)
        self.conv1 = nn.Conv2d(1, width, 3, padding=1)
        self.bn1 = nn.BatchNorm2d(width)
        self.conv2 = nn.Conv2d(width, 2 * width, 3, padding=1)
        self.bn2 = nn.BatchNorm2d(2 * width)
        self.conv3 = nn.Conv2d(2 * width, 2 * width, 3, padding=2, dilation=2)
        self.bn3 = nn.BatchNorm2d(2 * width)
        self.score = nn.Conv2d(2 * width, N_CLASS, 1)

    def forward(self, x):
        h = F.relu(self.bn1(self.conv1(self.bn0(x))))
        h = F.relu(self.bn2(self.conv2(h)))
        h = F.relu(self.bn3(self.conv3(h)))
        return self.score(h)


class Trainer:
    def __init__(self, model, train_set, val_set, interval_validate=50):
        self.model, self.train_set, self.val_set = model, train_set, val_set
        self.optim = torch.optim.SGD(model.parameters(), lr=0.05, momentum=0.9, weight_decay=5e-4)
        self.interval_validate = interval_validate
        self.iteration = 0

    def validate(self):
        training = self.model.training
        self.model.eval()
        images, labels = self.val_set
        with torch.no_grad():
            predicted = self.model(images).argmax(1)
        ious = []
        for c in range(N_CLASS):
            union = ((predicted == c) | (labels == c)).sum().item()
            ious.append(((predicted == c) & (labels == c)).sum().item() / max(union, 1))
        print(f"iteration {self.iteration}: mean IU {np.mean(ious):.3f}")
        if training:
            self.model.train()
        return float(np.mean(ious))

    def train(self, iterations, batch=10):
        self.model.train()
        images, labels = self.train_set
        while self.iteration < iterations:
            if self.iteration % self.interval_validate == 0:
                self.validate()
            idx = torch.randint(len(images), (batch,))
            loss = F.cross_entropy(self.model(images[idx]), labels[idx])
            self.optim.zero_grad()
            loss.backward()
            self.optim.step()
            self.iteration += 1


def dataset(n):
    images, labels = zip(*(scene() for _ in range(n)))
    return torch.tensor(np.stack(images)), torch.tensor(np.stack(labels))


trainer = Trainer(FCN(), dataset(150), dataset(60))
trainer.train(260)
print("METRIC mean_iu", trainer.validate())
