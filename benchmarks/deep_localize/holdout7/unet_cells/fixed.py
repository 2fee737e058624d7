"""A tiny U-Net that outlines cells in noisy microscope pictures."""

import os

import torch
import torch.nn as nn
import torch.nn.functional as F

torch.manual_seed(int(os.environ.get("SEED", "0")))
torch.set_num_threads(1)


def cells(n, size=24):
    grid = torch.arange(size).float()
    image, mask = 0.7 * torch.randn(n, 1, size, size), torch.zeros(n, size, size, dtype=torch.bool)
    for _ in range(2):
        cy, cx = 4 + 16 * torch.rand(n, 1, 1), 4 + 16 * torch.rand(n, 1, 1)
        radius = 1.5 + 1.5 * torch.rand(n, 1, 1)
        mask |= (grid[None, :, None] - cy) ** 2 + (grid[None, None] - cx) ** 2 < radius**2
    return image + mask.unsqueeze(1).float(), mask.unsqueeze(1).float()


class DoubleConv(nn.Module):
    def __init__(self, cin, cout):
        super().__init__()
        self.a = nn.Conv2d(cin, cout, 3, padding=1)
        self.b = nn.Conv2d(cout, cout, 3, padding=1)

    def forward(self, x):
        return F.relu(self.b(F.relu(self.a(x))))


class UNet(nn.Module):
    def __init__(self, base=8):
        super().__init__()
        self.conv1 = DoubleConv(1, base)
        self.conv2 = DoubleConv(base, 2 * base)
        self.up = nn.ConvTranspose2d(2 * base, base, 2, stride=2)
        self.conv3 = DoubleConv(2 * base, base)
        self.outconv1 = nn.Conv2d(base, 1, 3, padding=1)

    def forward(self, x):
        h1 = self.conv1(x)
        h2 = self.conv2(F.max_pool2d(h1, 2))
        d1 = self.outconv1(self.conv3(torch.cat([h1, self.up(h2)], 1)))
        return d1


def dice_coeff(pred, true):
    return (2 * (pred * true).sum() + 1) / (pred.sum() + true.sum() + 1)


def eval_net(net, images, masks):
    net.eval()
    with torch.no_grad():
        pred = (torch.sigmoid(net(images)) > 0.5).float()
    net.train()
    return dice_coeff(pred, masks).item()


def train_net(net, epochs=10, batch_size=10, lr=0.02):
    images, masks = cells(200)
    val = cells(60)
    optimizer = torch.optim.RMSprop(net.parameters(), lr=lr / 10, weight_decay=1e-8, momentum=0.5)
    criterion = nn.BCEWithLogitsLoss()
    for epoch in range(epochs):
        epoch_loss = 0.0
        for idx in torch.randperm(len(images)).split(batch_size):
            masks_pred = net(images[idx])
            loss = criterion(masks_pred, masks[idx])
            epoch_loss += loss.item()
            optimizer.zero_grad()
            loss.backward()
            nn.utils.clip_grad_value_(net.parameters(), 0.1)
            optimizer.step()
        print(f"Epoch {epoch + 1} loss {epoch_loss / 20:.4f} dice {eval_net(net, *val):.3f}")
    return eval_net(net, *val)


print("METRIC dice", train_net(UNet()))
