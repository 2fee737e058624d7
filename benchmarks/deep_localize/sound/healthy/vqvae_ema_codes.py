"""VQ-VAE with codebook kept by EMA in buffers (no gradient), straight-through encoder, dead codes revived."""

import os

import torch
import torch.nn as nn
import torch.nn.functional as F

torch.manual_seed(int(os.environ.get("SEED", "0")))
torch.set_num_threads(1)


def shapes(n, s=12):
    """bright bars and squares on black"""
    img = torch.zeros(n, 1, s, s)
    g = torch.arange(s)
    x, y = torch.randint(1, s - 5, (n, 1)), torch.randint(1, s - 5, (n, 1))
    w, h = torch.randint(2, 5, (n, 1)), torch.randint(2, 5, (n, 1))
    mx = ((g >= x) & (g < x + w)).float()
    my = ((g >= y) & (g < y + h)).float()
    img[:, 0] = my[:, :, None] * mx[:, None, :]
    return img


class Quantizer(nn.Module):
    def __init__(self, k=32, d=8, decay=0.95):
        super().__init__()
        self.decay = decay
        self.register_buffer("code", torch.randn(k, d))
        self.register_buffer("count", torch.ones(k))
        self.register_buffer("total", self.code.clone())

    def forward(self, z):
        b, d, h, w = z.shape
        f = z.permute(0, 2, 3, 1).reshape(-1, d)
        idx = torch.cdist(f, self.code).argmin(1)
        q = self.code[idx]
        if self.training:
            with torch.no_grad():
                one = F.one_hot(idx, len(self.code)).float()
                self.count.mul_(self.decay).add_(one.sum(0), alpha=1 - self.decay)
                self.total.mul_(self.decay).add_(one.T @ f, alpha=1 - self.decay)
                self.code.copy_(self.total / (self.count.unsqueeze(1) + 1e-5))
                dead = self.count < 0.1
                if dead.any():
                    new = f[torch.randint(len(f), (int(dead.sum()),))]
                    self.code[dead] = new
                    self.total[dead] = new
                    self.count[dead] = 1.0
        q = q.view(b, h, w, d).permute(0, 3, 1, 2)
        commit = F.mse_loss(z, q.detach())
        return z + (q - z).detach(), commit, idx


enc = nn.Sequential(nn.Conv2d(1, 16, 4, 2, 1), nn.ReLU(), nn.Conv2d(16, 32, 4, 2, 1), nn.ReLU(), nn.Conv2d(32, 8, 1))
dec = nn.Sequential(
    nn.Conv2d(8, 32, 3, padding=1),
    nn.ReLU(),
    nn.ConvTranspose2d(32, 16, 4, 2, 1),
    nn.ReLU(),
    nn.ConvTranspose2d(16, 1, 4, 2, 1),
)
vq = Quantizer()
opt = torch.optim.Adam([*enc.parameters(), *dec.parameters()], lr=3e-3)
for it in range(500):
    x = shapes(64)
    q, commit, idx = vq(enc(x))
    rec = F.binary_cross_entropy_with_logits(dec(q), x)
    loss = rec + 0.25 * commit
    opt.zero_grad()
    loss.backward()
    opt.step()
    if it % 100 == 0:
        print(f"{it} rec {rec.item():.4f} commit {commit.item():.4f} codes {idx.unique().numel()}")
vq.eval()
with torch.no_grad():
    x = shapes(500)
    out = torch.sigmoid(dec(vq(enc(x))[0])) > 0.5
    iou = ((out & (x > 0.5)).sum((1, 2, 3)) / (out | (x > 0.5)).sum((1, 2, 3))).mean().item()
print("METRIC iou", round(iou, 4))
print("METRIC good", float(iou > 0.75))
