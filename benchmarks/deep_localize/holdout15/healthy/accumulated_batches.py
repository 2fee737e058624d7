"""Gas sensor classification with small micro-batches whose gradients are accumulated over four of them."""

import argparse
import logging
import os

import torch
import torch.nn as nn
from torch.utils.data import DataLoader, TensorDataset

SEED = int(os.environ.get("SEED", "0"))
torch.manual_seed(SEED)
torch.set_num_threads(1)
logging.basicConfig(level=logging.INFO, format="%(message)s")
log = logging.getLogger("sensors")

parser = argparse.ArgumentParser()
parser.add_argument("--epochs", type=int, default=8)
parser.add_argument("--micro-batch", type=int, default=16)
parser.add_argument("--accumulate", type=int, default=4)
parser.add_argument("--lr", type=float, default=0.05)
args, _ = parser.parse_known_args()

response = torch.randn(5, 16)


def measure(n):
    gas = torch.randint(0, 5, (n,))
    strength = 0.6 + torch.rand(n, 1)
    return TensorDataset(response[gas] * strength + 0.6 * torch.randn(n, 16), gas)


train_loader = DataLoader(measure(1280), batch_size=args.micro_batch, shuffle=True)
test_loader = DataLoader(measure(500), batch_size=250)
model = nn.Sequential(nn.LayerNorm(16), nn.Linear(16, 48), nn.ReLU(), nn.Linear(48, 5))
optimizer = torch.optim.SGD(model.parameters(), lr=args.lr, momentum=0.9)
criterion = nn.CrossEntropyLoss()

for epoch in range(args.epochs):
    model.train()
    optimizer.zero_grad()
    for i, (x, gas) in enumerate(train_loader, start=1):
        loss = criterion(model(x), gas)
        (loss / args.accumulate).backward()
        if i % args.accumulate == 0:
            optimizer.step()
            optimizer.zero_grad()
    log.info("epoch %d loss %.3f", epoch, loss.item())

model.eval()
with torch.no_grad():
    hits = sum((model(x).argmax(1) == gas).sum().item() for x, gas in test_loader)
print("METRIC test_accuracy", hits / 500)
