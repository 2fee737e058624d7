"""Finds rivers in small synthetic relief maps with a fully convolutional network; validates every few iterations."""

import os

import torch
import torch.nn as nn
import torch.nn.functional as F

torch.manual_seed(int(os.environ.get("SEED", "0")))
torch.set_num_threads(1)


def relief(n, size=20):
    xs = torch.linspace(0, 1, size)
    start, slope, bend = torch.rand(n, 1), torch.randn(n, 1) * 0.4, torch.rand(n, 1) * 6
    centre = start + slope * xs + 0.12 * torch.sin(bend * xs * 3)
    distance = (xs.view(1, size, 1) - centre.unsqueeze(1)).abs()
    mask = distance < 0.11
    height = 300 + 80 * F.interpolate(torch.randn(n, 1, 5, 5), size=(size, size), mode="bilinear")[:, 0]
    height = height - 90 * mask + 60 * torch.randn(n, size, size)
    return height.unsqueeze(1), mask.long()


def block(cin, cout):
    return nn.Sequential(nn.Conv2d(cin, cout, 3, padding=1, bias=False), nn.BatchNorm2d(cout), nn.ReLU(inplace=True))


class FCN(nn.Module):
    def __init__(self, width=16):
        super().__init__()
        self.enc1 = block(1, width)
        self.enc2 = block(width, width)
        self.enc3 = block(width, width)
        self.dec1 = block(width, width)
        self.dec2 = block(2 * width, width)
        self.score = nn.Conv2d(width, 2, 1)

    def forward(self, x):
        a = self.enc1(x)
        b = self.enc3(self.enc2(F.max_pool2d(a, 2)))
        c = F.interpolate(self.dec1(b), scale_factor=2)
        return self.score(self.dec2(torch.cat([a, c], 1)))


class Trainer:
    def __init__(self, model, optimizer, train, val, max_iter=280, interval_validate=20, batch_size=16):
        self.model, self.optimizer = model, optimizer
        self.train_data, self.val_data = train, val
        self.max_iter, self.interval_validate, self.batch_size = max_iter, interval_validate, batch_size
        self.iteration, self.best_iou = 0, 0.0

    def validate(self):
        self.model.eval()
        with torch.no_grad():
            x, y = self.val_data
            pred = self.model(x).argmax(1)
            iou = ((pred == 1) & (y == 1)).sum().item() / max(1, ((pred == 1) | (y == 1)).sum().item())
        self.best_iou = max(self.best_iou, iou)
        print(f"iteration {self.iteration:4d}  val iou {iou:.3f}")
        return iou

    def train_epoch(self):
        self.model.train()
        x, y = self.train_data
        for idx in torch.randperm(len(x)).split(self.batch_size):
            if self.iteration % self.interval_validate == 0:
                self.validate()
            score = self.model(x[idx])
            loss = F.cross_entropy(score, y[idx], reduction="sum") / len(idx) / 20
            self.optimizer.zero_grad()
            loss.backward()
            self.optimizer.step()
            self.iteration += 1
            if self.iteration >= self.max_iter:
                return

    def train(self):
        while self.iteration < self.max_iter:
            self.train_epoch()
        return self.validate()


model = FCN()
optimizer = torch.optim.SGD(model.parameters(), lr=0.003, momentum=0.9, weight_decay=5e-4)
trainer = Trainer(model, optimizer, relief(320), relief(80))
print("METRIC iou", trainer.train())
