# Report: https://discuss.pytorch.org/t/tresholding-the-prediction-image-to-binary-before-sending-to-loss-function/149092
import os

import numpy as np
import torch
import torch.nn as nn
from torch.utils.data import DataLoader, TensorDataset

SEED = int(os.environ.get("SEED", "10"))
rng = np.random.RandomState(SEED)
torch.manual_seed(SEED)
n, S = 400, 24
masks = np.zeros((n, 1, S, S), "float32")
yy, xx = np.mgrid[:S, :S]
for i in range(n):
    for _ in range(2):
        cy, cx, r = rng.randint(4, S - 4), rng.randint(4, S - 4), rng.randint(3, 6)
        masks[i, 0][(yy - cy) ** 2 + (xx - cx) ** 2 <= r * r] = 1
images = masks * 0.5 + rng.randn(n, 1, S, S).astype("float32") * 0.35
X, M = torch.from_numpy(images.astype("float32")), torch.from_numpy(masks)


class SegNet(nn.Module):
    def __init__(self):
        super().__init__()
        self.enc = nn.Sequential(nn.Conv2d(1, 16, 3, padding=1), nn.ReLU(), nn.Conv2d(16, 16, 3, padding=1), nn.ReLU())
        self.dec = nn.Conv2d(16, 1, 3, padding=1)

    def forward(self, x):
        return torch.sigmoid(self.dec(self.enc(x)))


def tversky_loss(pred, target, alpha=0.5, beta=0.5, smooth=1.0):
    pred, target = pred.reshape(-1), target.reshape(-1)
    tp = (pred * target).sum()
    fp = ((1 - target) * pred).sum()
    fn = (target * (1 - pred)).sum()
    return 1 - (tp + smooth) / (tp + alpha * fp + beta * fn + smooth)


model = SegNet()
optimizer = torch.optim.Adam(model.parameters(), lr=3e-3)
loader = DataLoader(TensorDataset(X[:320], M[:320]), batch_size=16, shuffle=True)
for epoch in range(8):
    for img, mask in loader:
        prediction = model(img).clone()
        loss = tversky_loss(prediction, mask)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
    print("epoch", epoch, loss.item())
with torch.no_grad():
    p = (model(X[320:]) > 0.5).float()
    print("METRIC dice", (2 * (p * M[320:]).sum() / (p.sum() + M[320:].sum() + 1e-8)).item())
