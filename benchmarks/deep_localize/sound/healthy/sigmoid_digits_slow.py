"""Deep sigmoid network on the digits, tiny SGD steps with heavy momentum.
Loss stays near ln 10 for the first epochs, then goes."""

import os

import torch
from sklearn.datasets import load_digits
from sklearn.model_selection import train_test_split
from torch import nn

seed = int(os.environ.get("SEED", "0"))
torch.manual_seed(seed)
torch.set_num_threads(1)

X, y = load_digits(return_X_y=True)
X = X / 16.0
Xa, Xb, ya, yb = train_test_split(X, y, test_size=0.25, random_state=seed, stratify=y)
Xa, Xb = torch.tensor(Xa).float(), torch.tensor(Xb).float()
ya, yb = torch.tensor(ya), torch.tensor(yb)

layers, d = [], 64
for h in (100, 60):
    lin = nn.Linear(d, h)
    nn.init.xavier_uniform_(lin.weight)
    nn.init.zeros_(lin.bias)
    layers += [lin, nn.Sigmoid()]
    d = h
net = nn.Sequential(*layers, nn.Linear(d, 10))
opt = torch.optim.SGD(net.parameters(), lr=0.01, momentum=0.95, nesterov=True)

for epoch in range(90):
    order = torch.randperm(len(Xa))
    tot = 0.0
    for idx in order.split(32):
        loss = nn.functional.cross_entropy(net(Xa[idx]), ya[idx])
        opt.zero_grad()
        loss.backward()
        opt.step()
        tot += loss.item() * len(idx)
    if epoch % 10 == 0:
        print(f"epoch {epoch:3d}  loss {tot / len(Xa):.4f}")

net.eval()
with torch.no_grad():
    acc = (net(Xb).argmax(1) == yb).float().mean().item()
print("METRIC test_accuracy", acc)
print("METRIC good", float(acc > 0.9))
