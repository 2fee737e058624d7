"""MLP built from a config dictionary: interleaved spirals."""

import math
import os

import torch
import torch.nn as nn
from torch.utils.data import DataLoader, TensorDataset

SEED = int(os.environ.get("SEED", "0"))
torch.manual_seed(SEED)
torch.set_num_threads(1)

ACTIVATIONS = {"relu": nn.ReLU, "gelu": nn.GELU, "silu": nn.SiLU, "tanh": nn.Tanh}
CONFIG = {
    "hidden": [64, 64, 64],
    "activation": "silu",
    "lr": 4e-3,
    "epochs": 25,
    "batch_size": 64,
}


def spirals(n, arms=3):
    y = torch.randint(arms, (n,))
    r = torch.rand(n).sqrt()
    phi = 4.0 * r + 2 * math.pi * y / arms + 0.15 * torch.randn(n)
    return torch.stack([r * phi.cos(), r * phi.sin()], dim=1) * 2, y


def build(config, n_in, n_out):
    activation = ACTIVATIONS.get(config["activation"], nn.Identity)
    layers = []
    for width in config["hidden"]:
        layers += [nn.Linear(n_in, width), activation()]
        n_in = width
    layers.append(nn.Linear(n_in, n_out))
    return nn.Sequential(*layers)


x_train, y_train = spirals(2000)
x_test, y_test = spirals(1000)
model = build(CONFIG, 2, 3)
optimizer = torch.optim.AdamW(model.parameters(), lr=CONFIG["lr"])
scheduler = torch.optim.lr_scheduler.CosineAnnealingLR(optimizer, T_max=CONFIG["epochs"])
criterion = nn.CrossEntropyLoss(label_smoothing=0.02)
loader = DataLoader(TensorDataset(x_train, y_train), batch_size=CONFIG["batch_size"], shuffle=True)


def accuracy():
    model.eval()
    with torch.no_grad():
        return (model(x_test).argmax(1) == y_test).float().mean().item()


for epoch in range(CONFIG["epochs"]):
    model.train()
    for x, y in loader:
        optimizer.zero_grad()
        loss = criterion(model(x), y)
        loss.backward()
        optimizer.step()
    scheduler.step()
    if epoch % 5 == 4:
        print(f"{epoch + 1:3d} loss {loss.item():.4f} acc {accuracy():.3f}")

print("METRIC accuracy", accuracy())
