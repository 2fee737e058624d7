"""CNN with batch norm on digits; the exponential moving average of the weights is what gets evaluated."""

import copy
import os

import torch
import torch.nn as nn
import torch.nn.functional as F
from sklearn.datasets import load_digits

torch.manual_seed(int(os.environ.get("SEED", 0)))


class ConvNet(nn.Module):
    def __init__(self):
        super().__init__()
        self.conv1, self.bn1 = nn.Conv2d(1, 16, 3, padding=1), nn.BatchNorm2d(16)
        self.conv2, self.bn2 = nn.Conv2d(16, 32, 3, padding=1), nn.BatchNorm2d(32)
        self.conv3, self.bn3 = nn.Conv2d(32, 32, 3, padding=1), nn.BatchNorm2d(32)
        self.fc = nn.Linear(32, 10)

    def forward(self, x):
        x = F.relu(self.bn1(self.conv1(x)))
        x = F.max_pool2d(F.relu(self.bn2(self.conv2(x))), 2)
        x = F.relu(self.bn3(self.conv3(x)))
        return self.fc(x.mean((2, 3)))


class ModelEMA:
    def __init__(self, model, decay=0.95):
        self.ema = copy.deepcopy(model).eval()
        self.decay = decay
        for p in self.ema.parameters():
            p.requires_grad_(False)

    @torch.no_grad()
    def update(self, model):
        for e, p in zip(self.ema.parameters(), model.parameters()):
            e.mul_(self.decay).add_(p, alpha=1 - self.decay)


class Trainer:
    def __init__(self, model, lr=0.05, epochs=6):
        self.model, self.ema, self.epochs = model, ModelEMA(model), epochs
        self.opt = torch.optim.SGD(model.parameters(), lr=lr, momentum=0.9, nesterov=True, weight_decay=5e-4)

    def fit(self, x, y):
        for epoch in range(self.epochs):
            self.model.train()
            loss_sum = 0.0
            for idx in torch.randperm(len(x)).split(50):
                loss = F.cross_entropy(self.model(x[idx]), y[idx])
                self.opt.zero_grad(set_to_none=True)
                loss.backward()
                self.opt.step()
                self.ema.update(self.model)
                loss_sum += loss.item() * len(idx)
            print(f"epoch {epoch} train loss {loss_sum / len(x):.4f}")

    @torch.no_grad()
    def evaluate(self, x, y):
        out = self.ema.ema(x)
        return F.cross_entropy(out, y).item(), (out.argmax(1) == y).float().mean().item()


d = load_digits()
x, y = torch.tensor(d.images, dtype=torch.float32).unsqueeze(1), torch.tensor(d.target)
perm = torch.randperm(len(x))
x, y = x[perm], y[perm]
trainer = Trainer(ConvNet())
trainer.fit(x[:1300], y[:1300])
loss, acc = trainer.evaluate(x[1300:], y[1300:])
print("METRIC accuracy", acc)
