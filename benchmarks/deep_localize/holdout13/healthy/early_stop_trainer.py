"""Convolutional digits classifier with a Trainer class, best weights kept in memory and early stopping."""

import copy
import logging
import os
import sys

import torch
import torch.nn as nn
from sklearn.datasets import load_digits
from torch.utils.data import DataLoader, TensorDataset, random_split

SEED = int(os.environ.get("SEED", "0"))
torch.manual_seed(SEED)
torch.set_num_threads(1)
logging.basicConfig(level=logging.INFO, stream=sys.stdout, format="%(message)s")
log = logging.getLogger("train")


class SmallCNN(nn.Module):
    def __init__(self, width=16):
        super().__init__()
        self.conv1 = nn.Conv2d(1, width, 3, padding=1, bias=False)
        self.bn1 = nn.BatchNorm2d(width)
        self.conv2 = nn.Conv2d(width, 2 * width, 3, stride=2, padding=1, bias=False)
        self.bn2 = nn.BatchNorm2d(2 * width)
        self.drop = nn.Dropout(0.2)
        self.fc = nn.Linear(2 * width, 10)

    def forward(self, x):
        x = torch.relu(self.bn1(self.conv1(x)))
        x = torch.relu(self.bn2(self.conv2(x)))
        return self.fc(self.drop(x.mean((2, 3))))


class Trainer:
    def __init__(self, model, train_set, valid_set, patience=4):
        self.model, self.patience = model, patience
        self.train_loader = DataLoader(train_set, batch_size=32, shuffle=True)
        self.valid_loader = DataLoader(valid_set, batch_size=256)
        self.criterion = nn.CrossEntropyLoss()
        self.optimizer = torch.optim.SGD(model.parameters(), lr=0.1, momentum=0.9, weight_decay=5e-4, nesterov=True)

    def train_epoch(self):
        self.model.train()
        for images, target in self.train_loader:
            self.optimizer.zero_grad()
            loss = self.criterion(self.model(images), target)
            loss.backward()
            self.optimizer.step()

    @torch.no_grad()
    def evaluate(self, loader):
        self.model.eval()
        loss = right = count = 0
        for images, target in loader:
            logits = self.model(images)
            loss += self.criterion(logits, target).item() * len(target)
            right += (logits.argmax(1) == target).sum().item()
            count += len(target)
        return loss / count, right / count

    def fit(self, epochs):
        best, waited, weights = float("inf"), 0, None
        for epoch in range(epochs):
            self.train_epoch()
            loss, accuracy = self.evaluate(self.valid_loader)
            log.info("epoch %d valid loss %.4f accuracy %.4f", epoch, loss, accuracy)
            if loss < best:
                best, waited, weights = loss, 0, copy.deepcopy(self.model.state_dict())
            else:
                waited += 1
                if waited >= self.patience:
                    break
        self.model.load_state_dict(weights)


digits = load_digits()
images = torch.tensor(digits.images / 16.0, dtype=torch.float32)[:, None]
dataset = TensorDataset((images - 0.3) / 0.38, torch.tensor(digits.target))
train_set, valid_set, test_set = random_split(dataset, [1200, 250, len(dataset) - 1450])
trainer = Trainer(SmallCNN(), train_set, valid_set)
trainer.fit(epochs=9)
_, accuracy = trainer.evaluate(DataLoader(test_set, batch_size=400))
print(f"METRIC accuracy {accuracy:.4f}")
