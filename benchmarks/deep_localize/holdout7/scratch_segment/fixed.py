"""Segments scratches on metal plates; every block of the decoder is a convolution, batch norm and activation."""

import os

import torch
import torch.nn as nn

torch.manual_seed(int(os.environ.get("SEED", "0")))
torch.set_num_threads(1)


def plates(n, size=20):
    image = 0.3 * torch.randn(n, 1, size, size)
    mask = torch.zeros(n, 1, size, size)
    for i in range(n):
        r, c = (int(v) for v in torch.randint(2, size - 7, (2,)))
        step = int(torch.randint(0, 3, (1,)))
        for k in range(6):
            rr = r + (k if step != 1 else 0)
            cc = c + (k if step != 0 else 0)
            mask[i, 0, rr, cc : cc + 2] = 1
    return image + mask * (0.8 + 0.4 * torch.rand(n, 1, 1, 1)), mask


def conv_block(cin, cout, kernel=3):
    return nn.Sequential(nn.Conv2d(cin, cout, kernel, padding=kernel // 2), nn.BatchNorm2d(cout), nn.ReLU())


class SegmentNet(nn.Module):
    def __init__(self):
        super().__init__()
        self.layer1 = nn.Sequential(conv_block(1, 10), conv_block(10, 10))
        self.layer2 = nn.Sequential(conv_block(10, 16), conv_block(16, 16))
        self.layer3 = nn.Sequential(
            nn.Conv2d(16, 1, 1),
        )

    def forward(self, x):
        return self.layer3(self.layer2(self.layer1(x)))


net = SegmentNet()
criterion_segment = nn.BCEWithLogitsLoss()
optimizer = torch.optim.SGD(net.parameters(), lr=0.1, momentum=0.9)
images, masks = plates(240)
test_images, test_masks = plates(60)


def dice():
    net.eval()
    with torch.no_grad():
        pred = (torch.sigmoid(net(test_images)) > 0.5).float()
    net.train()
    return (2 * (pred * test_masks).sum() / (pred.sum() + test_masks.sum()).clamp(min=1)).item()


for epoch in range(8):
    total = 0.0
    for idx in torch.randperm(240).split(12):
        optimizer.zero_grad()
        loss = criterion_segment(net(images[idx]), masks[idx])
        loss.backward()
        optimizer.step()
        total += loss.item() / 20
    print(f"Epoch {epoch}: segment loss {total:.4f}, dice {dice():.3f}")
net.eval()
with torch.no_grad():
    probability = torch.sigmoid(net(test_images))
print("METRIC mae", (probability - test_masks).abs().mean().item())
