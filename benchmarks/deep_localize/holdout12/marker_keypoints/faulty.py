"""Locates a cross-shaped marker in cluttered images with heatmaps and a spatial soft-argmax."""

import os
from dataclasses import dataclass

import torch
from torch import nn

SEED = int(os.environ.get("SEED", "0"))
torch.manual_seed(SEED)
torch.set_num_threads(1)


@dataclass
class Config:
    height: int = 18
    width: int = 18
    train: int = 800
    val: int = 200
    epochs: int = 9
    batch: int = 32
    lr: float = 4e-3


def render(n, cfg):
    """Images and marker positions (y, x) scaled to [-1, 1]."""
    img = 0.25 * torch.randn(n, 1, cfg.height, cfg.width)
    cy = torch.randint(2, cfg.height - 2, (n,))
    cx = torch.randint(2, cfg.width - 2, (n,))
    dy = torch.randint(1, cfg.height - 1, (n,))
    dx = torch.randint(1, cfg.width - 1, (n,))
    i = torch.arange(n)
    for k in (-1, 0, 1):  # a bar as distractor, then the cross itself
        img[i, 0, dy + k, dx] += 0.8
    for k in (-2, -1, 0, 1, 2):
        img[i, 0, cy + k, cx] += 1.0
        img[i, 0, cy, cx + k] += 1.0
    pos = torch.stack([cy / (cfg.height - 1), cx / (cfg.width - 1)], 1) * 2 - 1
    return img, pos


class SpatialSoftArgmax(nn.Module):
    def __init__(self, height, width):
        super().__init__()
        ys = torch.linspace(-1, 1, height)
        xs = torch.linspace(-1, 1, width)
        grid_y, grid_x = torch.meshgrid(ys, xs, indexing="xy")
        self.register_buffer("grid", torch.stack([grid_y.flatten(), grid_x.flatten()], 1))
        self.log_temperature = nn.Parameter(torch.zeros(()))

    def forward(self, heat):
        weights = torch.softmax(heat.flatten(1) * self.log_temperature.exp(), dim=1)
        return weights @ self.grid


class KeypointNet(nn.Module):
    def __init__(self, cfg):
        super().__init__()
        self.backbone = nn.Sequential(
            nn.Conv2d(1, 12, 5, padding=2),
            nn.ReLU(),
            nn.Conv2d(12, 12, 3, padding=1),
            nn.ReLU(),
        )
        self.heatmap = nn.Conv2d(12, 1, 1)
        self.argmax = SpatialSoftArgmax(cfg.height, cfg.width)

    def forward(self, x):
        return self.argmax(self.heatmap(self.backbone(x)))


class Trainer:
    def __init__(self, cfg):
        self.cfg = cfg
        self.model = KeypointNet(cfg)
        self.opt = torch.optim.Adam(self.model.parameters(), lr=cfg.lr)
        self.train_set = render(cfg.train, cfg)
        self.val_set = render(cfg.val, cfg)

    def epoch(self):
        self.model.train()
        x, y = self.train_set
        for idx in torch.randperm(len(x)).split(self.cfg.batch):
            loss = nn.functional.smooth_l1_loss(self.model(x[idx]), y[idx], beta=0.1)
            self.opt.zero_grad()
            loss.backward()
            self.opt.step()
        return loss.item()

    @torch.no_grad()
    def validate(self):
        self.model.eval()
        x, y = self.val_set
        return (self.model(x) - y).norm(dim=1).mean().item()

    def fit(self):
        for e in range(self.cfg.epochs):
            loss = self.epoch()
            print(f"epoch {e} last loss {loss:.4f} val distance {self.validate():.4f}")
        return self.validate()


if __name__ == "__main__":
    print(f"METRIC val_distance {Trainer(Config()).fit():.5f}")
