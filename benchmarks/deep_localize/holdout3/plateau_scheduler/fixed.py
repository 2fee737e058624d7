import argparse
import os

import torch
import torch.nn as nn
import torch.nn.functional as F
import torch.optim as optim
from sklearn.datasets import load_digits
from torch.optim.lr_scheduler import ReduceLROnPlateau

SEED = int(os.environ.get("SEED", "0"))


class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.fc1 = nn.Linear(64, 48)
        self.fc2 = nn.Linear(48, 32)
        self.fc3 = nn.Linear(32, 10)

    def forward(self, x):
        x = F.relu(self.fc1(x))
        x = F.relu(self.fc2(x))
        return F.log_softmax(self.fc3(x), dim=1)


def train(model, x, y, optimizer, batch_size):
    model.train()
    perm = torch.randperm(len(x))
    for i in range(0, len(x), batch_size):
        idx = perm[i : i + batch_size]
        optimizer.zero_grad()
        loss = F.nll_loss(model(x[idx]), y[idx])
        loss.backward()
        optimizer.step()


def test(model, x, y):
    model.eval()
    with torch.no_grad():
        output = model(x)
    return F.nll_loss(output, y).item(), (output.argmax(1) == y).float().mean().item()


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--epochs", type=int, default=18)
    parser.add_argument("--batch-size", type=int, default=50)
    parser.add_argument("--lr", type=float, default=0.1)
    args, _ = parser.parse_known_args()
    torch.manual_seed(SEED)
    digits = load_digits()
    x = torch.tensor(digits.data, dtype=torch.float32) / 16
    y = torch.tensor(digits.target)
    perm = torch.randperm(len(x))
    train_idx, test_idx = perm[:1350], perm[1350:]

    model = Net()
    optimizer = optim.SGD(model.parameters(), lr=args.lr)
    scheduler = ReduceLROnPlateau(optimizer, mode="min", factor=0.1, patience=1)
    for epoch in range(1, args.epochs + 1):
        train(model, x[train_idx], y[train_idx], optimizer, args.batch_size)
        val_loss, acc = test(model, x[test_idx], y[test_idx])
        scheduler.step(val_loss)
        print(f"Epoch {epoch}: loss {val_loss:.4f} acc {acc:.3f} lr {optimizer.param_groups[0]['lr']:g}")
    print("METRIC accuracy", acc)


if __name__ == "__main__":
    main()
