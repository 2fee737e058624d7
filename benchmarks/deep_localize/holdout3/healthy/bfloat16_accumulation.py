import os

import torch
import torch.nn as nn
from sklearn.datasets import load_digits
from torch.utils.data import DataLoader, TensorDataset

SEED = int(os.environ.get("SEED", "0"))
ACCUMULATE = 4


def get_loaders():
    d = load_digits()
    x = torch.tensor(d.data, dtype=torch.float32) / 16
    y = torch.tensor(d.target)
    p = torch.randperm(len(x), generator=torch.Generator().manual_seed(SEED))
    train = TensorDataset(x[p[:1440]], y[p[:1440]])
    test = TensorDataset(x[p[1440:]], y[p[1440:]])
    return DataLoader(train, batch_size=12, shuffle=True), DataLoader(test, batch_size=400)


def main():
    torch.manual_seed(SEED)
    train_loader, test_loader = get_loaders()
    model = nn.Sequential(nn.Linear(64, 64), nn.ReLU(), nn.Linear(64, 10))
    optimizer = torch.optim.AdamW(model.parameters(), lr=5e-3)
    criterion = nn.CrossEntropyLoss()
    for epoch in range(6):
        optimizer.zero_grad()
        for i, (x, y) in enumerate(train_loader, start=1):
            with torch.autocast("cpu", dtype=torch.bfloat16):
                loss = criterion(model(x), y) / ACCUMULATE
            loss.backward()
            if i % ACCUMULATE == 0 or i == len(train_loader):
                optimizer.step()
                optimizer.zero_grad()
        print(f"epoch {epoch}: {loss.item() * ACCUMULATE:.3f}")
    model.eval()
    with torch.no_grad():
        x, y = next(iter(test_loader))
        print("METRIC accuracy", (model(x).argmax(1) == y).float().mean().item())


main()
