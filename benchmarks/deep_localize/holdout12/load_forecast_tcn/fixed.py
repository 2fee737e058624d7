"""Day-ahead style load forecasting with a small temporal convolutional network."""

import os

import numpy as np
import torch
from torch import nn

SEED = int(os.environ.get("SEED", "0"))
torch.manual_seed(SEED)
np.random.seed(SEED)
torch.set_num_threads(1)

CONTEXT, HORIZON = 48, 6


def make_load(hours=2100):
    t = np.arange(hours)
    daily = np.sin(2 * np.pi * t / 24 + 0.3 * np.sin(2 * np.pi * t / 168))
    half = 0.5 * np.sin(2 * np.pi * t / 12 + 1.0)
    weekly = 0.4 * np.sin(2 * np.pi * t / 168)
    noise = np.zeros(hours)
    for i in range(1, hours):
        noise[i] = 0.8 * noise[i - 1] + 0.08 * np.random.randn()
    return (daily + half + weekly + noise).astype(np.float32)


class Chomp1d(nn.Module):
    """Keeps a convolution causal: it was padded by `size` on both sides."""

    def __init__(self, size):
        super().__init__()
        self.size = size

    def forward(self, x):
        return x[:, :, : -self.size]


class TemporalBlock(nn.Module):
    def __init__(self, c_in, c_out, dilation, kernel=3):
        super().__init__()
        pad = (kernel - 1) * dilation
        self.conv1 = nn.Conv1d(c_in, c_out, kernel, padding=pad, dilation=dilation)
        self.chomp1 = Chomp1d(pad)
        self.conv2 = nn.Conv1d(c_out, c_out, kernel, padding=pad, dilation=dilation)
        self.chomp2 = Chomp1d(pad)
        self.skip = nn.Conv1d(c_in, c_out, 1) if c_in != c_out else nn.Identity()
        self.act = nn.ReLU()

    def forward(self, x):
        h = self.act(self.chomp1(self.conv1(x)))
        h = self.act(self.chomp2(self.conv2(h)))
        return self.act(h + self.skip(x))


class TCN(nn.Module):
    def __init__(self, channels=16, levels=4):
        super().__init__()
        self.blocks = nn.Sequential(*[TemporalBlock(1 if i == 0 else channels, channels, 2**i) for i in range(levels)])
        self.readout = nn.Linear(channels, HORIZON)

    def forward(self, x):
        h = self.blocks(x.unsqueeze(1))
        return self.readout(h[:, :, -1])


def windows(series):
    w = torch.from_numpy(series).unfold(0, CONTEXT + HORIZON, 1)
    return w[:, :CONTEXT].contiguous(), w[:, CONTEXT:].contiguous()


def main():
    series = make_load()
    split = 1600
    mean, std = series[:split].mean(), series[:split].std()
    series = (series - mean) / std
    x_tr, y_tr = windows(series[:split])
    x_te, y_te = windows(series[split:])

    model = TCN()
    optimizer = torch.optim.Adam(model.parameters(), lr=3e-3)
    epochs, batch = 5, 64
    scheduler = torch.optim.lr_scheduler.CosineAnnealingLR(optimizer, T_max=epochs)
    for epoch in range(epochs):
        model.train()
        order = torch.randperm(len(x_tr))
        total = 0.0
        for i in range(0, len(order), batch):
            idx = order[i : i + batch]
            loss = nn.functional.mse_loss(model(x_tr[idx]), y_tr[idx])
            optimizer.zero_grad()
            loss.backward()
            nn.utils.clip_grad_norm_(model.parameters(), 1.0)
            optimizer.step()
            total += loss.item() * len(idx)
        scheduler.step()
        model.eval()
        with torch.no_grad():
            val = nn.functional.mse_loss(model(x_te), y_te).item()
        print(f"epoch {epoch} train {total / len(order):.4f} test {val:.4f}")
    print(f"METRIC test_mse {val:.5f}")


if __name__ == "__main__":
    main()
