"""Regresses depth from pairs of one-dimensional views (parallax); optional learning rate schedule."""

import os
from types import SimpleNamespace

import torch
import torch.nn as nn

cfg = SimpleNamespace(optimizer="adam", scheduler="step", lr=4e-3, epochs=14, batch=50)
torch.manual_seed(int(os.environ.get("SEED", "0")))
torch.set_num_threads(1)


def views(n, width=40):
    scene = torch.randn(n, width + 12)
    scene = (scene[:, 1:-1] + scene[:, 2:] + scene[:, :-2]) / 3
    shift = torch.randint(0, 8, (n,))
    left = scene[:, 1 : width + 1]
    right = torch.stack([row[1 + s : width + 1 + s] for row, s in zip(scene, shift.tolist())])
    return torch.stack([left, right], 1) + 0.05 * torch.randn(n, 2, left.size(1)), shift.float()


class DisparityNet(nn.Module):
    def __init__(self):
        super().__init__()
        self.features = nn.Sequential(nn.Conv1d(1, 16, 5, padding=2), nn.ReLU(), nn.Conv1d(16, 16, 5, padding=2))
        self.regress = nn.Sequential(nn.LayerNorm(8), nn.Linear(8, 32), nn.ReLU(), nn.Linear(32, 1))

    def forward(self, pair):
        left, right = self.features(pair[:, :1]), self.features(pair[:, 1:])
        costs = [(left[:, :, s:] * right[:, :, : right.size(2) - s]).mean(dim=(1, 2)) for s in range(8)]
        return self.regress(torch.stack(costs, 1)).squeeze(1)


def build_optimizer(model):
    optimizer = torch.optim.Adam(model.parameters(), lr=cfg.lr)
    scheduler = None
    if cfg.scheduler == "step":
        scheduler = torch.optim.lr_scheduler.StepLR(optimizer, step_size=200, gamma=0.5)
    return optimizer, scheduler


def train(model, x, y):
    optimizer, scheduler = build_optimizer(model)
    for epoch in range(cfg.epochs):
        losses = []
        for idx in torch.randperm(len(x)).split(cfg.batch):
            loss = nn.functional.l1_loss(model(x[idx]), y[idx])
            optimizer.zero_grad()
            loss.backward()
            if scheduler:
                scheduler.step()
            else:
                optimizer.step()
            losses.append(loss.item())
        print(f"epoch {epoch} l1 {sum(losses) / len(losses):.3f}")


if __name__ == "__main__":
    x, y = views(1500)
    tx, ty = views(300)
    net = DisparityNet()
    train(net, x, y)
    with torch.no_grad():
        print("METRIC mae", (net(tx) - ty).abs().mean().item())
