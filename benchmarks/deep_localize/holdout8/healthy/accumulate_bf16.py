"""Micro-batches of 16 add up to 64; forward in bfloat16, weights in float32, clipping before the step."""

import os

import torch
import torch.nn as nn
from torch.utils.data import DataLoader, TensorDataset

torch.manual_seed(int(os.environ.get("SEED", "0")))
torch.set_num_threads(1)

ACCUMULATE = 4


def textures(n):
    y = torch.randint(0, 4, (n,))
    noise = torch.randn(n, 1, 12, 12)
    rows, cols = torch.arange(12)[None, :, None], torch.arange(12)[None, None, :]
    stripes = torch.stack([rows + 0 * cols, cols + 0 * rows, rows + cols, rows * 0 + (rows // 2 + cols // 2)], 1)[0] % 2
    return noise * 0.7 + stripes[y][:, None].float() * 1.2, y


class ConvNet(nn.Module):
    def __init__(self):
        super().__init__()
        self.conv = nn.Sequential(
            nn.Conv2d(1, 12, 3),
            nn.GroupNorm(3, 12),
            nn.SiLU(),
            nn.Conv2d(12, 24, 3, stride=2),
            nn.GroupNorm(4, 24),
            nn.SiLU(),
        )
        self.fc = nn.Linear(24, 4)

    def forward(self, x):
        return self.fc(self.conv(x).mean((2, 3)))


model = ConvNet()
optimizer = torch.optim.AdamW(model.parameters(), lr=6e-3)
loader = DataLoader(TensorDataset(*textures(1280)), batch_size=16, shuffle=True)
x_test, y_test = textures(400)

for epoch in range(6):
    model.train()
    optimizer.zero_grad()
    for i, (x, y) in enumerate(loader):
        with torch.autocast("cpu", dtype=torch.bfloat16):
            logits = model(x)
        loss = nn.functional.cross_entropy(logits.float(), y)
        (loss / ACCUMULATE).backward()
        if (i + 1) % ACCUMULATE == 0:
            norm = nn.utils.clip_grad_norm_(model.parameters(), 1.0)
            optimizer.step()
            optimizer.zero_grad(set_to_none=True)
    print(f"epoch {epoch} loss {loss.item():.3f} norm {norm.item():.3f}")

model.eval()
with torch.no_grad():
    print("METRIC accuracy", (model(x_test).argmax(1) == y_test).float().mean().item())
