"""Signs on a small grid, in the style of a segmentation code base: polynomial decay of the rate, set by hand at each step."""

import argparse
import os

import torch
import torch.nn as nn
from torch.utils.data import DataLoader, TensorDataset, random_split

parser = argparse.ArgumentParser()
parser.add_argument("--epochs", type=int, default=8)
parser.add_argument("--batch-size", type=int, default=50)
parser.add_argument("--base-lr", type=float, default=0.03)
parser.add_argument("--power", type=float, default=0.9)
args = parser.parse_args([])

torch.manual_seed(int(os.environ.get("SEED", "0")))
torch.set_num_threads(1)


def glyphs(n):
    """Ten signs on an 8x8 grid, moved by up to a pixel and with noise."""
    signs = (torch.rand(10, 1, 8, 8, generator=torch.Generator().manual_seed(12)) < 0.4).float()
    target = torch.randint(0, 10, (n,))
    shifts = torch.randint(-1, 2, (n, 2)).tolist()
    images = torch.stack([signs[t].roll(s, (1, 2)) for t, s in zip(target.tolist(), shifts)])
    return images + 0.35 * torch.randn(n, 1, 8, 8), target


def conv_bn_relu(cin, cout, stride):
    return nn.Sequential(nn.Conv2d(cin, cout, 3, stride, 1, bias=False), nn.BatchNorm2d(cout), nn.ReLU())


class Backbone(nn.Module):
    def __init__(self):
        super().__init__()
        self.layer1 = conv_bn_relu(1, 12, 1)
        self.layer2 = conv_bn_relu(12, 20, 2)
        self.layer3 = conv_bn_relu(20, 24, 2)
        self.pool = nn.AdaptiveAvgPool2d(1)
        self.fc = nn.Linear(24, 10)

    def forward(self, x):
        x = self.layer3(self.layer2(self.layer1(x)))
        return self.fc(self.pool(x).flatten(1))


def poly_lr(optimizer, base_lr, cur_iter, max_iter, power):
    lr = base_lr * max(0.0, 1 - cur_iter / max_iter) ** power
    for group in optimizer.param_groups:
        group["lr"] = lr
    return lr


def main():
    dataset = TensorDataset(*glyphs(1800))
    train_set, val_set = random_split(dataset, [1300, len(dataset) - 1300])
    train_loader = DataLoader(train_set, args.batch_size, shuffle=True, drop_last=True)
    val_loader = DataLoader(val_set, 250)
    model = Backbone()
    optimizer = torch.optim.SGD(model.parameters(), lr=args.base_lr, momentum=0.9, weight_decay=1e-4)
    criterion = nn.CrossEntropyLoss()
    max_iter = args.epochs * len(train_loader)
    cur_iter = 0
    for epoch in range(args.epochs):
        model.train()
        for images, targets in train_loader:
            lr = poly_lr(optimizer, args.base_lr, cur_iter, max_iter, args.power)
            loss = criterion(model(images), targets)
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
            cur_iter += 1
        print(f"epoch {epoch} lr {lr:.5f} loss {loss.item():.3f}")
    model.eval()
    correct = 0
    with torch.no_grad():
        for images, targets in val_loader:
            correct += (model(images).argmax(1) == targets).sum().item()
    print("METRIC accuracy", correct / len(val_set))


if __name__ == "__main__":
    main()
