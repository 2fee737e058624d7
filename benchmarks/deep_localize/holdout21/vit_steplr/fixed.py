import argparse
import os

import torch
import torch.nn as nn
from sklearn.datasets import load_digits
from sklearn.model_selection import train_test_split

parser = argparse.ArgumentParser(description="tiny ViT on digits")
parser.add_argument("--epochs", type=int, default=8)
parser.add_argument("--batch-size", type=int, default=32)
parser.add_argument("--lr", type=float, default=2e-3)
parser.add_argument("--step-size", type=int, default=3)
parser.add_argument("--gamma", type=float, default=0.4)
args = parser.parse_args()
seed = int(os.environ.get("SEED", 0))
torch.manual_seed(seed)


class ViT(nn.Module):
    def __init__(self, dim=32, depth=2, patch=2):
        super().__init__()
        self.patch = patch
        n = (8 // patch) ** 2
        self.embed = nn.Linear(patch * patch, dim)
        self.cls_token = nn.Parameter(torch.zeros(1, 1, dim))
        self.pos_embed = nn.Parameter(torch.randn(1, n + 1, dim) * 0.02)
        layer = nn.TransformerEncoderLayer(
            dim, 4, 2 * dim, dropout=0.0, activation="gelu", batch_first=True, norm_first=True
        )
        self.encoder = nn.TransformerEncoder(layer, depth, enable_nested_tensor=False)
        self.head = nn.Sequential(nn.LayerNorm(dim), nn.Linear(dim, 10))

    def forward(self, x):
        p = self.patch
        x = x.unfold(1, p, p).unfold(2, p, p).reshape(len(x), -1, p * p)
        x = torch.cat([self.cls_token.expand(len(x), -1, -1), self.embed(x)], 1) + self.pos_embed
        return self.head(self.encoder(x)[:, 0])


def main():
    d = load_digits()
    x = torch.tensor(d.images, dtype=torch.float32) / 8 - 1
    y = torch.tensor(d.target)
    tr, te = train_test_split(range(len(x)), test_size=0.25, random_state=seed, stratify=d.target)
    model = ViT()
    optimizer = torch.optim.AdamW(model.parameters(), lr=args.lr, weight_decay=0.02)
    scheduler = torch.optim.lr_scheduler.StepLR(optimizer, args.step_size, gamma=args.gamma)
    criterion = nn.CrossEntropyLoss()
    tr = torch.tensor(tr)
    for epoch in range(args.epochs):
        model.train()
        losses = []
        for idx in tr[torch.randperm(len(tr))].split(args.batch_size):
            optimizer.zero_grad()
            loss = criterion(model(x[idx]), y[idx])
            loss.backward()
            optimizer.step()
            losses.append(loss.item())
        scheduler.step()
        model.eval()
        with torch.no_grad():
            acc = (model(x[te]).argmax(1) == y[te]).float().mean().item()
        print(f"Epoch {epoch + 1}/{args.epochs} train loss {sum(losses) / len(losses):.4f} test acc {acc:.4f}")
    print("METRIC accuracy", acc)


if __name__ == "__main__":
    main()
