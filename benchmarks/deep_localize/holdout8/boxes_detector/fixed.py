"""One object per image: which kind it is, and where its box lies."""

import os

import torch
import torch.nn as nn
import torch.nn.functional as F
from torch.utils.data import DataLoader, TensorDataset

torch.manual_seed(int(os.environ.get("SEED", "0")))
torch.set_num_threads(1)
S = 24

CONFIG = {
    "lr": 3e-3,
    "epochs": 12,
    "loss_weights": {"loss_ce": 1.0, "loss_bbox": 5.0, "loss_size": 1.0},
}


def make_scenes(n):
    images = 0.1 * torch.randn(n, 1, S, S)
    kinds = torch.randint(0, 3, (n,))
    boxes = torch.empty(n, 4)
    for i in range(n):
        w, h = torch.randint(5, 11, (2,)).tolist()
        x, y = torch.randint(0, S - w, (1,)).item(), torch.randint(0, S - h, (1,)).item()
        patch = images[i, 0, y : y + h, x : x + w]
        if kinds[i] == 0:
            patch += 1.0
        elif kinds[i] == 1:
            patch[::2] += 1.2
        else:
            patch[:, ::2] += 1.2
        boxes[i] = torch.tensor([(x + w / 2) / S, (y + h / 2) / S, w / S, h / S])
    return images, kinds, boxes


class Detector(nn.Module):
    def __init__(self):
        super().__init__()
        self.backbone = nn.Sequential(
            nn.Conv2d(1, 12, 3, padding=1), nn.BatchNorm2d(12), nn.ReLU(), nn.MaxPool2d(2),
            nn.Conv2d(12, 16, 3, padding=1), nn.BatchNorm2d(16), nn.ReLU(), nn.MaxPool2d(2),
            nn.Flatten(), nn.Linear(16 * 36, 64), nn.ReLU(),
        )  # fmt: skip
        self.class_head = nn.Linear(64, 3)
        self.box_head = nn.Sequential(nn.Linear(64, 32), nn.ReLU(), nn.Linear(32, 4))

    def forward(self, x):
        f = self.backbone(x)
        return {"logits": self.class_head(f), "boxes": self.box_head(f).sigmoid()}


class SetCriterion(nn.Module):
    def __init__(self, weight_dict):
        super().__init__()
        self.weight_dict = weight_dict

    def forward(self, outputs, kinds, boxes):
        losses = {
            "loss_ce": F.cross_entropy(outputs["logits"], kinds),
            "loss_bbox": F.l1_loss(outputs["boxes"], boxes),
        }
        total = sum(losses[k] * self.weight_dict[k] for k in losses if k in self.weight_dict)
        return total, losses


def main():
    train, test = make_scenes(640), make_scenes(200)
    loader = DataLoader(TensorDataset(*train), batch_size=32, shuffle=True)
    model = Detector()
    criterion = SetCriterion(CONFIG["loss_weights"])
    optimizer = torch.optim.AdamW(model.parameters(), lr=CONFIG["lr"])
    for epoch in range(CONFIG["epochs"]):
        model.train()
        for images, kinds, boxes in loader:
            total, losses = criterion(model(images), kinds, boxes)
            optimizer.zero_grad()
            total.backward()
            torch.nn.utils.clip_grad_norm_(model.parameters(), 5.0)
            optimizer.step()
        print(epoch, " ".join(f"{k}={v.item():.3f}" for k, v in losses.items()))
    model.eval()
    with torch.no_grad():
        out = model(test[0])
    print("class accuracy", (out["logits"].argmax(1) == test[1]).float().mean().item())
    print("METRIC box_error", F.l1_loss(out["boxes"], test[2]).item())


if __name__ == "__main__":
    main()
