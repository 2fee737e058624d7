"""Depth from one picture: discs that are farther off are smaller and dimmer."""

import os

import torch
import torch.nn as nn


def set_seed():
    seed = int(os.environ.get("SEED", "0"))
    torch.manual_seed(seed)
    torch.set_num_threads(1)


def scenes(n, size=20):
    ys, xs = torch.meshgrid(torch.arange(size), torch.arange(size), indexing="ij")
    image = torch.rand(n, 3, size, size) * 0.2
    depth = torch.ones(n, 1, size, size)
    for k in range(3):
        far = 0.9 - 0.3 * k - 0.2 * torch.rand(n)
        cy = torch.rand(n) * size
        cx = torch.rand(n) * size
        radius = 2.0 + 4.0 * (1 - far)
        inside = (ys - cy.view(-1, 1, 1)) ** 2 + (xs - cx.view(-1, 1, 1)) ** 2 < radius.view(-1, 1, 1) ** 2
        depth[:, 0] = torch.where(inside, far.view(-1, 1, 1), depth[:, 0])
        for channel in range(3):
            shade = (1.2 - far.view(-1, 1, 1)) * (0.6 + 0.4 * torch.rand(n, 1, 1))
            image[:, channel] = torch.where(inside, shade, image[:, channel])
    return image, depth


class DispNet(nn.Module):
    def __init__(self):
        super().__init__()
        self.conv1 = nn.Sequential(nn.Conv2d(3, 16, 5, stride=2, padding=2), nn.ReLU(inplace=True))
        self.conv2 = nn.Sequential(nn.Conv2d(16, 32, 3, stride=2, padding=1), nn.ReLU(inplace=True))
        self.upconv2 = nn.Sequential(nn.ConvTranspose2d(32, 16, 4, stride=2, padding=1), nn.ReLU(inplace=True))
        self.upconv1 = nn.Sequential(nn.ConvTranspose2d(32, 16, 4, stride=2, padding=1), nn.ReLU(inplace=True))
        self.predict = nn.Conv2d(19, 1, 3, padding=1)

    def forward(self, x):
        c1 = self.conv1(x)
        c2 = self.conv2(c1)
        u2 = self.upconv2(c2)
        u1 = self.upconv1(torch.cat((u2, c1), 1))
        return torch.sigmoid(self.predict(torch.cat((u1, x), 1)))


def train_one_epoch(net, data, optimizer, scheduler=None):
    net.train()
    images, depths = data
    total, batches = 0.0, 0
    for idx in torch.randperm(len(images)).split(20):
        prediction = net(images[idx])
        loss = nn.functional.mse_loss(prediction, depths[idx])
        optimizer.zero_grad()
        loss.backward()
        if scheduler is not None:
            scheduler.step()
        else:
            optimizer.step()
        total, batches = total + loss.item(), batches + 1
    return total / batches


def validate(net, data):
    net.eval()
    images, depths = data
    with torch.no_grad():
        error = ((net(images) - depths) ** 2).mean()
    return 1.0 - (error / depths.var()).item()


def main():
    set_seed()
    train_data, valid_data = scenes(320), scenes(80)
    net = DispNet()
    optimizer = torch.optim.Adam(net.parameters(), lr=3e-3, betas=(0.9, 0.99))
    scheduler = torch.optim.lr_scheduler.ExponentialLR(optimizer, gamma=0.995)
    for epoch in range(14):
        loss = train_one_epoch(net, train_data, optimizer, scheduler)
        print(f"epoch {epoch:02d} loss {loss:.4f} valid r2 {validate(net, valid_data):.3f}")
    print("METRIC r2", validate(net, valid_data))


if __name__ == "__main__":
    main()
