"""Twofold super-resolution of small textures with a pixel-shuffle network."""

import argparse
import os

import torch
import torch.nn.functional as F
from torch import nn, optim
from torch.optim.lr_scheduler import StepLR
from torch.utils.data import DataLoader, TensorDataset

parser = argparse.ArgumentParser()
parser.add_argument("--epochs", type=int, default=16)
parser.add_argument("--lr", type=float, default=2e-3)
parser.add_argument("--batch-size", type=int, default=16)
args = parser.parse_args()

torch.manual_seed(int(os.environ.get("SEED", "0")))
torch.set_num_threads(1)


def textures(n, size=24):
    ys, xs = torch.meshgrid(torch.arange(size).float(), torch.arange(size).float(), indexing="ij")
    pictures = torch.zeros(n, 1, size, size)
    for _ in range(3):
        angle = torch.rand(n, 1, 1) * 3.1416
        wave = 0.5 + torch.rand(n, 1, 1) * 0.9
        phase = torch.rand(n, 1, 1) * 6.2832
        stripes = torch.sin(wave * (xs * torch.cos(angle) + ys * torch.sin(angle)) + phase)
        pictures[:, 0] += torch.sign(stripes) * 0.15
    return pictures + 0.5


def degrade(high):
    return F.avg_pool2d(high, 2)


class Residual(nn.Module):
    def __init__(self, width):
        super().__init__()
        self.conv1 = nn.Conv2d(width, width, 3, padding=1)
        self.act = nn.PReLU()
        self.conv2 = nn.Conv2d(width, width, 3, padding=1)

    def forward(self, x):
        return x + self.conv2(self.act(self.conv1(x)))


class Generator(nn.Module):
    def __init__(self, width=16):
        super().__init__()
        self.head = nn.Conv2d(1, width, 3, padding=1)
        self.body = nn.Sequential(Residual(width), Residual(width))
        self.upsample = nn.Sequential(nn.Conv2d(width, 4, 3, padding=1), nn.PixelShuffle(2))

    def forward(self, low):
        h = self.head(low)
        return self.upsample(h + self.body(h))


high = textures(256)
train_loader = DataLoader(TensorDataset(degrade(high), high), batch_size=args.batch_size, shuffle=True)
test_high = textures(64)
test_low = degrade(test_high)

netG = Generator()
optimizerG = optim.Adam(netG.parameters(), lr=args.lr)
schedulerG = StepLR(optimizerG, step_size=args.epochs // 2, gamma=0.1)

for epoch in range(args.epochs):
    netG.train()
    running = 0.0
    for low_batch, high_batch in train_loader:
        optimizerG.zero_grad()
        loss = F.mse_loss(netG(low_batch), high_batch)
        loss.backward()
        optimizerG.step()
        running += loss.item()
    schedulerG.step()
    print(f"epoch {epoch}: mse {running / len(train_loader):.5f}")

netG.eval()
with torch.no_grad():
    mse = F.mse_loss(netG(test_low), test_high)
print("METRIC psnr", (-10 * torch.log10(mse)).item())
