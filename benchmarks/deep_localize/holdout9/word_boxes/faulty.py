"""Finds words in a page: a score map and, where there is text, the distances to the box's edges."""

import os

import torch
import torch.nn as nn
import torch.nn.functional as F

torch.manual_seed(int(os.environ.get("SEED", "0")))
torch.set_num_threads(1)

SIZE, STRIDE = 32, 4


def pages(n):
    images = 0.3 * torch.rand(n, 1, SIZE, SIZE)
    cells = SIZE // STRIDE
    score = torch.zeros(n, 1, cells, cells)
    geometry = torch.zeros(n, 4, cells, cells)
    centres = torch.arange(cells) * STRIDE + STRIDE / 2
    for i in range(n):
        if torch.rand(()) < 0.55:
            continue
        h, w = torch.randint(6, 10, ()).item(), torch.randint(10, 20, ()).item()
        top, left = torch.randint(0, SIZE - h, ()).item(), torch.randint(0, SIZE - w, ()).item()
        images[i, 0, top : top + h, left : left + w] += 0.7 * (torch.rand(h, w) > 0.4)
        rows = (centres > top) & (centres < top + h)
        cols = (centres > left) & (centres < left + w)
        score[i, 0] = (rows[:, None] & cols[None, :]).float()
        geometry[i, 0] = (centres - top)[:, None] / SIZE
        geometry[i, 1] = (top + h - centres)[:, None] / SIZE
        geometry[i, 2] = (centres - left)[None, :] / SIZE
        geometry[i, 3] = (left + w - centres)[None, :] / SIZE
    return images, score, geometry * score


class Detector(nn.Module):
    def __init__(self):
        super().__init__()
        self.extractor = nn.Sequential(
            nn.Conv2d(1, 16, 3, padding=1),
            nn.ReLU(),
            nn.MaxPool2d(2),
            nn.Conv2d(16, 24, 3, padding=1),
            nn.ReLU(),
            nn.MaxPool2d(2),
            nn.Conv2d(24, 32, 3, padding=1),
            nn.ReLU(),
            nn.Conv2d(32, 32, 3, padding=2, dilation=2),
            nn.ReLU(),
        )
        self.score = nn.Conv2d(32, 1, 1)
        self.geometry = nn.Conv2d(32, 4, 1)

    def forward(self, x):
        h = self.extractor(x)
        return torch.sigmoid(self.score(h)), torch.sigmoid(self.geometry(h))


def dice_loss(gt, pred):
    overlap = (gt * pred).sum()
    return 1 - 2 * overlap / (gt.sum() + pred.sum() + 1e-5)


class Loss(nn.Module):
    def __init__(self, weight=10.0):
        super().__init__()
        self.weight = weight

    def forward(self, gt_score, pred_score, gt_geo, pred_geo):
        classify = dice_loss(gt_score, pred_score)
        distance = F.smooth_l1_loss(pred_geo, gt_geo, reduction="none", beta=0.1).mean(1, keepdim=True)
        geo = (distance * gt_score).sum() / gt_score.sum()
        return classify + self.weight * geo


images, scores, geometries = pages(320)
test_images, test_scores, test_geometries = pages(120)
net = Detector()
criterion = Loss()
optimizer = torch.optim.Adam(net.parameters(), lr=3e-3)

for epoch in range(12):
    net.train()
    epoch_loss = 0.0
    batches = torch.randperm(len(images)).split(4)
    for idx in batches:
        pred_score, pred_geo = net(images[idx])
        loss = criterion(scores[idx], pred_score, geometries[idx], pred_geo)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        epoch_loss += loss.item()
    print(f"epoch {epoch + 1}: loss {epoch_loss / len(batches):.4f}")

net.eval()
with torch.no_grad():
    found = net(test_images)[0] > 0.5
    truth = test_scores > 0.5
    f1 = 2 * (found & truth).sum() / (found.sum() + truth.sum())
print("METRIC f1", f1.item())
