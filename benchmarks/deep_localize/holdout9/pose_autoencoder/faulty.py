"""Recurrent autoencoder of animal poses: each window of joint positions passes through a short code."""

import os
from dataclasses import dataclass

import torch
from torch import nn
from torch.optim.lr_scheduler import StepLR


@dataclass
class Config:
    joints: int = 6
    window: int = 16
    code: int = 6
    hidden: int = 40
    batch: int = 32
    epochs: int = 24
    lr: float = 5e-3
    scheduler: bool = False
    step_size: int = 2


cfg = Config()
torch.manual_seed(int(os.environ.get("SEED", "0")))
torch.set_num_threads(1)


def gait(n):
    t = torch.arange(cfg.window).float()
    speed = 0.25 + 0.5 * torch.rand(n, 1, 1)
    phase = 6.2832 * torch.rand(n, 1, 1)
    lag = torch.arange(cfg.joints).float().view(1, 1, -1) * 0.8
    swing = 0.5 + torch.rand(n, 1, 1)
    poses = swing * torch.sin(speed * t.view(1, -1, 1) + phase + lag)
    return poses + 0.05 * torch.randn_like(poses)


class PoseAutoencoder(nn.Module):
    def __init__(self):
        super().__init__()
        self.encoder = nn.GRU(cfg.joints, cfg.hidden, batch_first=True)
        self.to_code = nn.Linear(cfg.hidden, cfg.code)
        self.from_code = nn.Linear(cfg.code, cfg.hidden)
        self.decoder = nn.GRU(cfg.code, cfg.hidden, batch_first=True)
        self.readout = nn.Linear(cfg.hidden, cfg.joints)

    def forward(self, x):
        _, last = self.encoder(x)
        code = self.to_code(last[-1])
        start = torch.tanh(self.from_code(code)).unsqueeze(0)
        repeated = code.unsqueeze(1).expand(-1, x.size(1), -1).contiguous()
        out, _ = self.decoder(repeated, start)
        return self.readout(out)


train, held_out = gait(512), gait(128)
model = PoseAutoencoder()
optimizer = torch.optim.Adam(model.parameters(), lr=cfg.lr, amsgrad=True)
if cfg.scheduler:
    scheduler = StepLR(optimizer, step_size=cfg.step_size, gamma=0.2)
else:
    scheduler = StepLR(optimizer, step_size=cfg.step_size, gamma=0)

best = float("inf")
for epoch in range(1, cfg.epochs + 1):
    model.train()
    seen = 0.0
    for idx in torch.randperm(len(train)).split(cfg.batch):
        window = train[idx]
        optimizer.zero_grad()
        loss = nn.functional.mse_loss(model(window), window)
        loss.backward()
        nn.utils.clip_grad_norm_(model.parameters(), 5.0)
        optimizer.step()
        seen += loss.item() * len(idx)
    scheduler.step()
    model.eval()
    with torch.no_grad():
        valid = nn.functional.mse_loss(model(held_out), held_out).item()
    best = min(best, valid)
    if epoch % 4 == 0:
        print(f"epoch {epoch}: train {seen / len(train):.4f}  valid {valid:.4f}  best {best:.4f}")

print("METRIC mse", valid)
