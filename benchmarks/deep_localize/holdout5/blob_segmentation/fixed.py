"""U-Net in miniature: background, disc, square."""

import os

import torch
import torch.nn as nn
import torch.nn.functional as F

torch.manual_seed(int(os.environ.get("SEED", "0")))
SIZE, CLASSES = 16, 3


def make_pictures(n):
    yy, xx = torch.meshgrid(torch.arange(SIZE), torch.arange(SIZE), indexing="ij")
    images, masks = torch.zeros(n, 1, SIZE, SIZE), torch.zeros(n, SIZE, SIZE, dtype=torch.long)
    for i in range(n):
        cy, cx = torch.randint(3, 13, (2,))
        r = torch.randint(2, 4, (1,))
        masks[i][(yy - cy) ** 2 + (xx - cx) ** 2 <= r**2] = 1
        top, left = torch.randint(0, 11, (2,))
        masks[i, top : top + 5, left : left + 5] = 2
        images[i, 0] = 0.5 * (masks[i] == 1) + 1.0 * (masks[i] == 2)
    return images + 0.15 * torch.randn_like(images), masks


def double_conv(c_in, c_out):
    return nn.Sequential(
        nn.Conv2d(c_in, c_out, 3, padding=1),
        nn.BatchNorm2d(c_out),
        nn.ReLU(),
        nn.Conv2d(c_out, c_out, 3, padding=1),
        nn.BatchNorm2d(c_out),
        nn.ReLU(),
    )


class MiniUNet(nn.Module):
    def __init__(self):
        super().__init__()
        self.down1 = double_conv(1, 8)
        self.down2 = double_conv(8, 16)
        self.up = nn.ConvTranspose2d(16, 8, 2, stride=2)
        self.fuse = double_conv(16, 8)
        self.head = nn.Conv2d(8, CLASSES, 1)

    def forward(self, x):
        a = self.down1(x)
        b = self.down2(F.max_pool2d(a, 2))
        return self.head(self.fuse(torch.cat([a, self.up(b)], 1)))


x_train, m_train = make_pictures(400)
x_test, m_test = make_pictures(100)
net = MiniUNet()
optimizer = torch.optim.Adam(net.parameters(), lr=5e-3)
for epoch in range(6):
    net.train()
    for idx in torch.randperm(len(x_train)).split(20):
        logits = net(x_train[idx])
        flat = logits.permute(0, 2, 3, 1).reshape(-1, CLASSES)
        loss = F.cross_entropy(flat, m_train[idx].view(-1))
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
    print(epoch, loss.item())

net.eval()
with torch.no_grad():
    pred = net(x_test).argmax(1)
ious = [((pred == c) & (m_test == c)).sum() / ((pred == c) | (m_test == c)).sum().clamp(min=1) for c in range(CLASSES)]
print("METRIC mean_iou", torch.stack(ious).mean().item())
