"""Noisy labels, mixup and label smoothing; the averaged weights are the ones that count."""

import os

import torch
import torch.nn as nn
from torch.optim.swa_utils import AveragedModel, update_bn
from torch.utils.data import DataLoader, TensorDataset

torch.manual_seed(int(os.environ.get("SEED", "0")))
torch.set_num_threads(1)

centres = torch.randn(6, 2, 20)


def blobs(n, noise=0.0):
    y = torch.randint(0, 6, (n,))
    x = centres[y, torch.randint(0, 2, (n,))] + 0.9 * torch.randn(n, 20)
    wrong = torch.rand(n) < noise
    return x, torch.where(wrong, torch.randint(0, 6, (n,)), y)


loader = DataLoader(TensorDataset(*blobs(2000, noise=0.25)), batch_size=50, shuffle=True)
tx, ty = blobs(600)
model = nn.Sequential(
    nn.Linear(20, 64),
    nn.BatchNorm1d(64),
    nn.ReLU(),
    nn.Dropout(0.2),
    nn.Linear(64, 64),
    nn.BatchNorm1d(64),
    nn.ReLU(),
    nn.Linear(64, 6),
)
averaged = AveragedModel(model)
criterion = nn.CrossEntropyLoss(label_smoothing=0.1)
optimizer = torch.optim.SGD(model.parameters(), lr=0.1, momentum=0.9, nesterov=True, weight_decay=1e-3)
beta = torch.distributions.Beta(0.4, 0.4)

for epoch in range(14):
    model.train()
    total = 0.0
    for x, y in loader:
        lam, other = beta.sample().item(), torch.randperm(len(y))
        out = model(lam * x + (1 - lam) * x[other])
        loss = lam * criterion(out, y) + (1 - lam) * criterion(out, y[other])
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        total += loss.item() / len(loader)
    if epoch >= 7:
        averaged.update_parameters(model)
        for group in optimizer.param_groups:
            group["lr"] = 0.03
    print(f"epoch {epoch} loss {total:.3f}")

update_bn(loader, averaged)
averaged.eval()
with torch.no_grad():
    print("METRIC accuracy", (averaged(tx).argmax(1) == ty).float().mean().item())
