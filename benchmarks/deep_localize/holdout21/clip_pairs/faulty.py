"""CLIP-like training of an image encoder and a caption encoder on synthetic attribute pictures."""

import os

import torch
import torch.nn as nn
import torch.nn.functional as F
from torch.utils.data import DataLoader, TensorDataset

torch.manual_seed(int(os.environ.get("SEED", 0)))
N_ATTR, VOCAB, LEN = 9, 40, 14
PATTERNS = torch.randn(N_ATTR, 2, 16, 16)
PATTERNS = F.avg_pool2d(PATTERNS, 3, 1, 1)


def make_pairs(n):
    attrs = torch.randint(0, 2, (n, N_ATTR))
    img = torch.stack([PATTERNS[range(N_ATTR), a].sum(0) for a in attrs]).unsqueeze(1)
    img = img + 0.3 * torch.randn_like(img)
    words = 1 + 2 * torch.arange(N_ATTR) + attrs
    filler = torch.randint(1 + 2 * N_ATTR, VOCAB, (n, LEN - N_ATTR))
    cap = torch.cat([words, filler], 1)
    cap = torch.stack([c[torch.randperm(LEN)] for c in cap])
    return img, cap


class ImageEncoder(nn.Module):
    def __init__(self, dim):
        super().__init__()
        self.conv = nn.Sequential(nn.Conv2d(1, 16, 3, 2, 1), nn.ReLU(), nn.Conv2d(16, 32, 3, 2, 1), nn.ReLU())
        self.proj = nn.Linear(32 * 16, dim)

    def forward(self, x):
        return F.normalize(self.proj(self.conv(x).flatten(1)), dim=-1)


class TextEncoder(nn.Module):
    def __init__(self, dim):
        super().__init__()
        self.emb = nn.Embedding(VOCAB, 48)
        self.mlp = nn.Sequential(nn.Linear(48, 64), nn.ReLU(), nn.Linear(64, dim))

    def forward(self, t):
        return F.normalize(self.mlp(self.emb(t).mean(1)), dim=-1)


class Clip(nn.Module):
    def __init__(self, dim=32):
        super().__init__()
        self.visual, self.text = ImageEncoder(dim), TextEncoder(dim)
        self.logit_scale = nn.Parameter(torch.tensor(2.3))

    def forward(self, img, cap):
        return self.logit_scale.exp() * self.visual(img) @ self.text(cap).t()


images, captions = make_pairs(3000)
test_img, test_cap = make_pairs(128)
img_loader = DataLoader(TensorDataset(images), batch_size=100, shuffle=True)
txt_loader = DataLoader(TensorDataset(captions), batch_size=100, shuffle=True)

model = Clip()
opt = torch.optim.AdamW(model.parameters(), lr=2e-3, weight_decay=0.01)
for epoch in range(10):
    tot = n = 0
    for (img,), (cap,) in zip(img_loader, txt_loader):
        logits = model(img, cap)
        target = torch.arange(len(img))
        loss = (F.cross_entropy(logits, target) + F.cross_entropy(logits.t(), target)) / 2
        opt.zero_grad()
        loss.backward()
        opt.step()
        with torch.no_grad():
            model.logit_scale.clamp_(0, 4.6)
        tot, n = tot + loss.item(), n + 1
    with torch.no_grad():
        r1 = (model(test_img, test_cap).argmax(1) == torch.arange(128)).float().mean().item()
    print(f"epoch {epoch:2d} contrastive loss {tot / n:.3f} R@1 {r1:.3f} scale {model.logit_scale.exp().item():.1f}")
print("METRIC recall", r1)
