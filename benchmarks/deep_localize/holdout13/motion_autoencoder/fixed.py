"""Recurrent autoencoder of short motion sequences, with an optional step schedule."""

import argparse
import os

import torch
import torch.nn as nn
from torch.optim.lr_scheduler import StepLR

parser = argparse.ArgumentParser()
parser.add_argument("--scheduler", action="store_true")
parser.add_argument("--scheduler-step", type=int, default=3)
parser.add_argument("--epochs", type=int, default=16)
args = parser.parse_args()

SEED = int(os.environ.get("SEED", "0"))
torch.manual_seed(SEED)
torch.set_num_threads(1)


def motion(n, length=16):
    t = torch.arange(length) / length
    phase, rate = 6.28 * torch.rand(n, 1), 1 + torch.randint(0, 3, (n, 1))
    angle = phase + 6.28 * rate * t
    size = 0.7 + 0.6 * torch.rand(n, 1)
    return torch.stack([size * angle.sin(), size * angle.cos(), size * (2 * angle).sin(), angle.cos()], -1)


class Encoder(nn.Module):
    def __init__(self):
        super().__init__()
        self.rnn = nn.GRU(4, 32, batch_first=True, bidirectional=True)
        self.latent = nn.Linear(64, 6)

    def forward(self, x):
        _, h = self.rnn(x)
        return self.latent(torch.cat([h[0], h[1]], 1))


class Decoder(nn.Module):
    def __init__(self, length=16):
        super().__init__()
        self.length = length
        self.rnn = nn.GRU(6, 48, batch_first=True)
        self.out = nn.Linear(48, 4)

    def forward(self, z):
        h, _ = self.rnn(z[:, None].expand(-1, self.length, -1))
        return self.out(h)


class RNNAE(nn.Module):
    def __init__(self):
        super().__init__()
        self.encoder, self.decoder = Encoder(), Decoder()

    def forward(self, x):
        return self.decoder(self.encoder(x))


train_set, valid_set = motion(960), motion(300)
model = RNNAE()
optimizer = torch.optim.Adam(model.parameters(), lr=5e-3, amsgrad=True)
if args.scheduler:
    scheduler = StepLR(optimizer, step_size=args.scheduler_step, gamma=0.2)
else:
    scheduler = StepLR(optimizer, step_size=args.scheduler_step, gamma=1)

for epoch in range(args.epochs):
    model.train()
    for x in train_set[torch.randperm(len(train_set))].split(48):
        loss = nn.functional.mse_loss(model(x), x)
        optimizer.zero_grad()
        loss.backward()
        nn.utils.clip_grad_norm_(model.parameters(), 5.0)
        optimizer.step()
    scheduler.step()
    model.eval()
    with torch.no_grad():
        valid = nn.functional.mse_loss(model(valid_set), valid_set).item()
    print(f"epoch {epoch} train {loss.item():.4f} valid {valid:.4f}")
print(f"METRIC valid_mse {valid:.5f}")
