"""Each group of readings shares an unknown offset. A small transformer guesses every reading's own deviation."""

import argparse
import os

import torch
import torch.nn as nn

parser = argparse.ArgumentParser()
parser.add_argument("--steps", type=int, default=150)
parser.add_argument("--batch-size", type=int, default=48)
parser.add_argument("--lr", type=float, default=2e-3)
parser.add_argument("--dim", type=int, default=32)
args = parser.parse_args([])
torch.manual_seed(int(os.environ.get("SEED", "0")))


def make_groups(n, size=16):
    center = torch.randn(n, 1, 2) * 2
    deviation = torch.randn(n, size, 2)
    return center + deviation, deviation


class SwarmTransformer(nn.Module):
    def __init__(self, dim):
        super().__init__()
        self.project = nn.Linear(2, dim)
        layer = nn.TransformerEncoderLayer(dim, nhead=4, dim_feedforward=64, dropout=0.0)
        self.encoder = nn.TransformerEncoder(layer, num_layers=2)
        self.head = nn.Linear(dim, 2)

    def forward(self, readings):
        return self.head(self.encoder(self.project(readings)))


model = SwarmTransformer(args.dim)
optimizer = torch.optim.AdamW(model.parameters(), lr=args.lr, weight_decay=1e-4)
x_train, d_train = make_groups(3000)
for step in range(args.steps):
    idx = torch.randint(0, len(x_train), (args.batch_size,))
    pred = model(x_train[idx])
    loss = nn.functional.mse_loss(pred, d_train[idx])
    optimizer.zero_grad()
    loss.backward()
    optimizer.step()
    if step % 50 == 0:
        print(f"step {step:4d}  mse {loss.item():.4f}")

model.eval()
x_test, d_test = make_groups(48)
with torch.no_grad():
    residual = ((model(x_test) - d_test) ** 2).mean()
print("METRIC r2", (1 - residual / d_test.var()).item())
