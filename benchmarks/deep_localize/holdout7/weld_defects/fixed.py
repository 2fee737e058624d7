"""Marks defects of welds; the masks are 8-bit pictures, as annotators save them."""

import os

import numpy as np
import torch
import torch.nn as nn

SEED = int(os.environ.get("SEED", "0"))
rng = np.random.default_rng(SEED)
torch.manual_seed(SEED)
torch.set_num_threads(1)


def annotated(n, size=16):
    pictures = rng.normal(120, 18, (n, size, size))
    masks = np.zeros((n, size, size), dtype=np.uint8)
    for i in range(n):
        top, left = rng.integers(1, size - 6, 2)
        height, width = rng.integers(2, 6, 2)
        masks[i, top : top + height, left : left + width] = 255
        pictures[i] -= (masks[i] > 0) * rng.uniform(25, 45)
    return pictures.clip(0, 255).astype(np.uint8), masks


class WeldDataset(torch.utils.data.Dataset):
    def __init__(self, pictures, masks):
        self.pictures, self.masks = pictures, masks

    def __len__(self):
        return len(self.masks)

    def __getitem__(self, i):
        picture = torch.from_numpy(self.pictures[i]).float().div(255).sub(0.45).mul(8).unsqueeze(0)
        mask = torch.from_numpy(self.masks[i]).float().unsqueeze(0)
        mask = mask.clamp(0, 1)
        return picture, mask


seg = nn.Sequential(
    nn.Conv2d(1, 12, 3, padding=1),
    nn.BatchNorm2d(12),
    nn.ReLU(),
    nn.Conv2d(12, 12, 3, padding=1),
    nn.BatchNorm2d(12),
    nn.ReLU(),
    nn.Conv2d(12, 12, 3, padding=1),
    nn.BatchNorm2d(12),
    nn.ReLU(),
    nn.Conv2d(12, 1, 1),
)
loader = torch.utils.data.DataLoader(WeldDataset(*annotated(320)), batch_size=16, shuffle=True)
test_pictures, test_masks = annotated(80)
test = WeldDataset(test_pictures, test_masks)
test_x = torch.stack([test[i][0] for i in range(80)])
test_y = torch.from_numpy(test_masks > 0).unsqueeze(1)
criterion = nn.BCEWithLogitsLoss()
optimizer = torch.optim.Adam(seg.parameters(), lr=3e-3)

for epoch in range(10):
    seg.train()
    losses = []
    for picture, mask in loader:
        optimizer.zero_grad()
        loss = criterion(seg(picture), mask)
        loss.backward()
        optimizer.step()
        losses.append(loss.item())
    print(f"epoch {epoch} loss {np.mean(losses):.3f}")

seg.eval()
with torch.no_grad():
    found = seg(test_x) > 0
print("METRIC iou", ((found & test_y).sum() / (found | test_y).sum()).item())
