"""Digits with strong dropout everywhere; the training loss stays well above the validation loss."""

import os

import torch
import torch.nn as nn
from sklearn.datasets import load_digits
from torch.utils.data import DataLoader, TensorDataset, random_split

SEED = int(os.environ.get("SEED", "0"))
torch.manual_seed(SEED)
torch.set_num_threads(1)

data = load_digits()
x = torch.tensor(data.data, dtype=torch.float32) / 8.0 - 1.0
y = torch.tensor(data.target)
train_set, val_set = random_split(TensorDataset(x, y), [1400, 397])
train_loader = DataLoader(train_set, batch_size=64, shuffle=True)
val_loader = DataLoader(val_set, batch_size=397)

net = nn.Sequential(
    nn.Dropout(0.2),
    nn.Linear(64, 256),
    nn.ReLU(),
    nn.Dropout(0.6),
    nn.Linear(256, 256),
    nn.ReLU(),
    nn.Dropout(0.6),
    nn.Linear(256, 10),
)
loss_fn = nn.CrossEntropyLoss()
opt = torch.optim.Adam(net.parameters(), lr=1.5e-3)


def evaluate():
    net.eval()
    with torch.no_grad():
        xb, yb = next(iter(val_loader))
        out = net(xb)
        return loss_fn(out, yb).item(), (out.argmax(1) == yb).float().mean().item()


for epoch in range(22):
    net.train()
    running = 0.0
    for xb, yb in train_loader:
        opt.zero_grad()
        loss = loss_fn(net(xb), yb)
        loss.backward()
        opt.step()
        running += loss.item() * len(xb)
    val_loss, val_acc = evaluate()
    if epoch % 5 == 4:
        print(f"epoch {epoch + 1:2d}  train {running / 1400:.3f}  val {val_loss:.3f}  acc {val_acc:.3f}")
print("METRIC val_accuracy", round(val_acc, 4))
