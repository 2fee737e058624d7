"""Shape classifier trained with gradient accumulation over micro-batches."""

import argparse
import os

import torch
from torch import nn

SEED = int(os.environ.get("SEED", "0"))
torch.manual_seed(SEED)
torch.set_num_threads(1)


def shapes(n, size=14):
    """Filled square, disc or plus at a random place."""
    yy, xx = torch.meshgrid(torch.arange(size), torch.arange(size), indexing="ij")
    y = torch.randint(0, 3, (n,))
    cy, cx = torch.randint(4, size - 4, (2, n, 1, 1))
    r = torch.randint(2, 5, (n, 1, 1))
    dy, dx = (yy - cy).abs(), (xx - cx).abs()
    options = torch.stack(
        [(dy <= r) & (dx <= r), dy**2 + dx**2 <= r * r, ((dy <= r) & (dx < 1)) | ((dx <= r) & (dy < 1))]
    )
    images = options[y, torch.arange(n)].float()
    return (images - 0.2 + 0.2 * torch.randn(n, size, size)).unsqueeze(1), y


class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.conv1 = nn.Conv2d(1, 12, 3, padding=1)
        self.norm1 = nn.GroupNorm(3, 12)
        self.conv2 = nn.Conv2d(12, 24, 3, padding=1)
        self.norm2 = nn.GroupNorm(4, 24)
        self.fc = nn.Linear(24, 3)

    def forward(self, x):
        x = nn.functional.max_pool2d(torch.relu(self.norm1(self.conv1(x))), 2)
        x = torch.relu(self.norm2(self.conv2(x)))
        return self.fc(x.amax((2, 3)))


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--micro", type=int, default=8)
    parser.add_argument("--accumulate", type=int, default=4)
    parser.add_argument("--updates", type=int, default=160)
    parser.add_argument("--lr", type=float, default=6e-3)
    args = parser.parse_args()

    x, y = shapes(1000)
    x_test, y_test = shapes(300)
    model = Net()
    optimizer = torch.optim.AdamW(model.parameters(), lr=args.lr, weight_decay=1e-3)
    scheduler = torch.optim.lr_scheduler.CosineAnnealingLR(optimizer, args.updates)
    order = torch.randperm(len(x))
    at = 0
    for update in range(args.updates):
        model.train()
        total = 0.0
        for _ in range(args.accumulate):
            if at + args.micro > len(order):
                order, at = torch.randperm(len(x)), 0
            idx = order[at : at + args.micro]
            at += args.micro
            loss = nn.functional.cross_entropy(model(x[idx]), y[idx]) / args.accumulate
            loss.backward()
            total += loss.item()
        optimizer.step()
        optimizer.zero_grad()
        scheduler.step()
        if update % 40 == 39:
            print(f"update {update + 1} loss {total:.3f}")
    model.eval()
    with torch.no_grad():
        acc = (model(x_test).argmax(1) == y_test).float().mean().item()
    print(f"METRIC test_accuracy {acc:.4f}")


if __name__ == "__main__":
    main()
