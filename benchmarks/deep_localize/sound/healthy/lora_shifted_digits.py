"""A base classifier is trained on upright digits, frozen, then adapted to upside-down digits
with low-rank updates (B starts at zero, so A has no gradient at the first step)."""

import os

import torch
from sklearn.datasets import load_digits
from torch import nn

torch.manual_seed(int(os.environ.get("SEED", "0")))
torch.set_num_threads(1)


class LoRALinear(nn.Module):
    def __init__(self, base, r=6, alpha=12):
        super().__init__()
        self.base = base.requires_grad_(False)
        self.A = nn.Parameter(torch.randn(r, base.in_features) / base.in_features**0.5)
        self.B = nn.Parameter(torch.zeros(base.out_features, r))
        self.scale = alpha / r

    def forward(self, x):
        return self.base(x) + self.scale * (x @ self.A.t()) @ self.B.t()


X, y = load_digits(return_X_y=True)
X, y = torch.tensor(X / 16).float(), torch.tensor(y)
flip = X.view(-1, 8, 8).flip(1, 2).reshape(-1, 64)
p = torch.randperm(len(X))
tr, te = p[:1400], p[1400:]


def fit(net, data, opt, epochs, name):
    net.train()
    for ep in range(epochs):
        for idx in tr[torch.randperm(1400)].split(40):
            loss = nn.functional.cross_entropy(net(data[idx]), y[idx], label_smoothing=0.05)
            opt.zero_grad()
            loss.backward()
            opt.step()
    print(name, loss.item())


@torch.no_grad()
def acc(net, data):
    net.eval()
    return (net(data[te]).argmax(1) == y[te]).float().mean().item()


net = nn.Sequential(nn.Linear(64, 96), nn.GELU(), nn.LayerNorm(96), nn.Linear(96, 96), nn.GELU(), nn.Linear(96, 10))
fit(net, X, torch.optim.AdamW(net.parameters(), lr=2e-3), 12, "base")
print("upright", acc(net, X), "upside down", acc(net, flip))

for prm in net.parameters():
    prm.requires_grad_(False)
for i in (0, 3, 5):
    net[i] = LoRALinear(net[i])
train = [q for q in net.parameters() if q.requires_grad]
print("trainable", sum(q.numel() for q in train))
fit(net, flip, torch.optim.AdamW(train, lr=5e-3), 25, "lora")
a = acc(net, flip)
print("METRIC upside_down_accuracy", a)
print("METRIC good", float(a > 0.88))
