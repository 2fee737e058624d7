"""Distils a wide classifier into a narrow one; only a few of the student's images carry labels."""

import os

import torch
import torch.nn as nn
import torch.nn.functional as F

torch.manual_seed(int(os.environ.get("SEED", "0")))
torch.set_num_threads(1)

templates = torch.rand(10, 3, 64)  # each class has three looks
y = torch.randint(0, 10, (1800,))
x = templates[y, torch.randint(0, 3, (1800,))] + 0.35 * torch.randn(1800, 64)
x_train, y_train, x_test, y_test = x[:1300], y[:1300], x[1300:], y[1300:]
has_label = torch.zeros(1300, dtype=torch.bool)
has_label[:30] = True


class Configs:
    temperature = 3.0
    alpha = 0.9
    epochs = 15

    def __init__(self):
        self.large = nn.Sequential(nn.Linear(64, 200), nn.ReLU(), nn.Linear(200, 200), nn.ReLU(), nn.Linear(200, 10))
        self.small = nn.Sequential(nn.Linear(64, 24), nn.ReLU(), nn.Linear(24, 10))
        self.kl_div_loss = nn.KLDivLoss(reduction="batchmean", log_target=True)
        self.optimizer = torch.optim.Adam(self.small.parameters(), lr=4e-3)

    def fit_large(self):
        optimizer = torch.optim.Adam(self.large.parameters(), lr=2e-3)
        for _ in range(6):
            for idx in torch.randperm(1300).split(64):
                loss = F.cross_entropy(self.large(x_train[idx]), y_train[idx])
                optimizer.zero_grad()
                loss.backward()
                optimizer.step()
        self.large.eval().requires_grad_(False)

    def step(self, idx):
        data, target, known = x_train[idx], y_train[idx], has_label[idx]
        with torch.no_grad():
            large_logits = self.large(data)
        output = self.small(data)
        soft_targets = F.log_softmax(large_logits / self.temperature, dim=-1)
        soft_prob = F.log_softmax(large_logits / self.temperature, dim=-1)
        soft_loss = self.temperature**2 * self.kl_div_loss(soft_prob, soft_targets)
        label_loss = (F.cross_entropy(output, target, reduction="none") * known).sum() / known.sum().clamp(min=1)
        loss = self.alpha * soft_loss + (1 - self.alpha) * label_loss
        self.optimizer.zero_grad()
        loss.backward()
        self.optimizer.step()
        return soft_loss.item(), label_loss.item()

    def accuracy(self, model):
        with torch.no_grad():
            return (model(x_test).argmax(1) == y_test).float().mean().item()

    def run(self):
        self.fit_large()
        print("large model", self.accuracy(self.large))
        for epoch in range(self.epochs):
            parts = [self.step(idx) for idx in torch.randperm(1300).split(65)]
            soft, hard = torch.tensor(parts).mean(0).tolist()
            print(f"{epoch:3d} soft {soft:.3f} label {hard:.3f} accuracy {self.accuracy(self.small):.3f}")


conf = Configs()
conf.run()
print("METRIC accuracy", conf.accuracy(conf.small))
