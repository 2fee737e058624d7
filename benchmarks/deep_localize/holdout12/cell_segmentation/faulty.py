"""Segmentation of round cells in noisy synthetic micrographs, trained on random crops."""

import os

import torch
import torch.nn.functional as F
from torch import nn

SEED = int(os.environ.get("SEED", "0"))
torch.manual_seed(SEED)
torch.set_num_threads(1)

SIZE, CROP = 48, 24


def make_images(n):
    yy, xx = torch.meshgrid(torch.arange(SIZE), torch.arange(SIZE), indexing="ij")
    images, masks = [], []
    for _ in range(n):
        mask = torch.zeros(SIZE, SIZE)
        for _ in range(int(torch.randint(2, 6, (1,)))):
            cy, cx = torch.randint(4, SIZE - 4, (2,)).tolist()
            r = float(torch.empty(1).uniform_(3, 7))
            mask[(yy - cy) ** 2 + (xx - cx) ** 2 < r * r] = 1.0
        shade = 0.4 * torch.linspace(-1, 1, SIZE).view(1, -1) * torch.randn(1)
        images.append(mask + shade + 0.5 * torch.randn(SIZE, SIZE))
        masks.append(mask)
    return torch.stack(images).unsqueeze(1), torch.stack(masks).unsqueeze(1)


class RandomCrop:
    """Cuts a CROP x CROP window; the window is drawn by `draw`."""

    def __init__(self, size):
        self.size = size
        self.draw()

    def draw(self):
        self.top, self.left = torch.randint(0, SIZE - self.size + 1, (2,)).tolist()

    def __call__(self, img):
        self.draw()
        return img[:, self.top : self.top + self.size, self.left : self.left + self.size]


def batches(images, masks, batch_size, crop):
    order = torch.randperm(len(images))
    for i in range(0, len(order), batch_size):
        xs, ys = [], []
        for j in order[i : i + batch_size].tolist():
            xs.append(crop(images[j]))
            ys.append(crop(masks[j]))
        yield torch.stack(xs), torch.stack(ys)


class ConvBlock(nn.Sequential):
    def __init__(self, c_in, c_out):
        super().__init__(nn.Conv2d(c_in, c_out, 3, padding=1), nn.BatchNorm2d(c_out), nn.ReLU())


class TinyUNet(nn.Module):
    def __init__(self, c=6):
        super().__init__()
        self.enc1 = ConvBlock(1, c)
        self.enc2 = ConvBlock(c, 2 * c)
        self.mid = ConvBlock(2 * c, 2 * c)
        self.dec2 = ConvBlock(4 * c, c)
        self.dec1 = ConvBlock(2 * c, c)
        self.out = nn.Conv2d(c, 1, 1)

    def forward(self, x):
        e1 = self.enc1(x)
        e2 = self.enc2(F.max_pool2d(e1, 2))
        m = self.mid(F.max_pool2d(e2, 2))
        d2 = self.dec2(torch.cat([F.interpolate(m, scale_factor=2), e2], 1))
        d1 = self.dec1(torch.cat([F.interpolate(d2, scale_factor=2), e1], 1))
        return self.out(d1)


def dice_bce(logits, target):
    p = logits.sigmoid()
    inter = (p * target).sum((1, 2, 3))
    dice = (2 * inter + 1) / (p.sum((1, 2, 3)) + target.sum((1, 2, 3)) + 1)
    return F.binary_cross_entropy_with_logits(logits, target) + (1 - dice).mean()


@torch.no_grad()
def iou(model, images, masks):
    model.eval()
    pred = model(images) > 0
    truth = masks > 0.5
    return ((pred & truth).sum() / (pred | truth).sum().clamp(min=1)).item()


def main():
    images, masks = make_images(110)
    val_images, val_masks = make_images(16)
    model = TinyUNet()
    optimizer = torch.optim.Adam(model.parameters(), lr=5e-3)
    crop = RandomCrop(CROP)
    for epoch in range(10):
        model.train()
        losses = []
        for x, y in batches(images, masks, 10, crop):
            loss = dice_bce(model(x), y)
            optimizer.zero_grad(set_to_none=True)
            loss.backward()
            optimizer.step()
            losses.append(loss.item())
        print(f"epoch {epoch:2d} loss {sum(losses) / len(losses):.3f} val iou {iou(model, val_images, val_masks):.3f}")
    print(f"METRIC val_iou {iou(model, val_images, val_masks):.4f}")


main()
