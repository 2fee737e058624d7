# segmentation of thin bars, rare foreground; loss is minus the dice score
import os

import torch
import torch.nn as nn

torch.manual_seed(int(os.environ.get("SEED", "0")))


def bars(n, size=16):
    masks = torch.zeros(n, 1, size, size)
    for i in range(n):
        row, col = torch.randint(1, 14, (1,)).item(), torch.randint(0, 8, (1,)).item()
        if torch.rand(1) < 0.5:
            masks[i, 0, row : row + 2, col : col + 7] = 1
        else:
            masks[i, 0, col : col + 7, row : row + 2] = 1
    return masks * 0.8 + 0.3 * torch.randn_like(masks), masks


class Seg(nn.Module):
    def __init__(self):
        super().__init__()
        self.enc = nn.Sequential(nn.Conv2d(1, 12, 3, padding=1), nn.ReLU(), nn.Conv2d(12, 12, 3, padding=1), nn.ReLU())
        self.mid = nn.Sequential(
            nn.MaxPool2d(2), nn.Conv2d(12, 16, 3, padding=1), nn.ReLU(), nn.Upsample(scale_factor=2)
        )
        self.dec = nn.Conv2d(12 + 16, 1, 3, padding=1)

    def forward(self, x):
        skip = self.enc(x)
        return self.dec(torch.cat([skip, self.mid(skip)], 1))


def soft_dice(logits, target, eps=1.0):
    p = logits.sigmoid().flatten(1)
    t = target.flatten(1)
    return ((2 * (p * t).sum(1) + eps) / (p.sum(1) + t.sum(1) + eps)).mean()


x, m = bars(320)
model = Seg()
opt = torch.optim.Adam(model.parameters(), lr=5e-3)
for epoch in range(5):
    for idx in torch.randperm(len(x)).split(16):
        with torch.autocast("cpu", dtype=torch.bfloat16):
            logits = model(x[idx])
        loss = -soft_dice(logits.float(), m[idx])
        opt.zero_grad()
        loss.backward()
        opt.step()
    print(f"epoch {epoch} dice {-loss.item():.3f}")

x_test, m_test = bars(80)
with torch.no_grad():
    hard = (model(x_test) > 0).float()
print("METRIC dice", (2 * (hard * m_test).sum() / (hard.sum() + m_test.sum())).item())
