"""Dose from a scan: inputs and ground truth lie in files of their own and are read by loaders of their own."""

import os

import torch
import torch.nn as nn
from torch.utils.data import DataLoader, TensorDataset

torch.manual_seed(int(os.environ.get("SEED", "0")))
torch.set_num_threads(1)

params = {"batch_size": 25, "num_epochs": 14, "learning_rate": 3e-3}


def scans(n, size=12):
    scan = torch.rand(n, 1, size, size)
    scan = nn.functional.avg_pool2d(scan, 3, 1, 1)
    tumour = torch.rand(n) * 4
    grid = torch.arange(size).float()
    r = (grid[:, None] - 5.5).square() + (grid[None] - 5.5).square()
    scan = scan + (r[None] < (1 + tumour[:, None, None]) ** 2).float().unsqueeze(1) * 0.5
    return scan, (tumour * 0.6 - 1.2).unsqueeze(1)


class DoseNet(nn.Module):
    def __init__(self, base=8):
        super().__init__()
        self.down1 = nn.Conv2d(1, base, 3, padding=1)
        self.down2 = nn.Conv2d(base, 2 * base, 3, padding=1)
        self.dense = nn.Linear(2 * base * 9, 1)

    def forward(self, x):
        x = torch.max_pool2d(torch.relu(self.down1(x)), 2)
        x = torch.max_pool2d(torch.relu(self.down2(x)), 2)
        return self.dense(x.flatten(1))


images, doses = scans(700)
val_images, val_doses = scans(200)
image_loader = DataLoader(TensorDataset(images), batch_size=params["batch_size"], shuffle=True)
dose_loader = DataLoader(TensorDataset(doses), batch_size=params["batch_size"], shuffle=True)

model = DoseNet()
optimizer = torch.optim.Adam(model.parameters(), lr=params["learning_rate"])


def validate_network():
    model.eval()
    with torch.no_grad():
        error = (model(val_images) - val_doses).square().sum()
    return 1 - (error / (val_doses - val_doses.mean()).square().sum()).item()


def train_network():
    model.train()
    total = 0.0
    for (image,), (dose,) in zip(image_loader, dose_loader):
        optimizer.zero_grad()
        loss = nn.functional.mse_loss(model(image), dose)
        loss.backward()
        optimizer.step()
        total += loss.item() / len(image_loader)
    return total


for epoch in range(params["num_epochs"]):
    print("epoch", epoch, "train", round(train_network(), 4), "valid r2", round(validate_network(), 3))
print("METRIC r2", validate_network())
