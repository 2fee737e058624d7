"""Switch-style mixture of experts with top-1 routing; experts without tokens get no gradient; auxiliary balance loss."""

import os

import torch
import torch.nn as nn
import torch.nn.functional as F

torch.manual_seed(int(os.environ.get("SEED", 0)))
D, E = 8, 8
protos = F.normalize(torch.randn(6, D), dim=1) * 3
maps = torch.randn(6, D, 3) / D**0.5


def make(n):
    k = torch.randint(6, (n,))
    x = protos[k] + 0.6 * torch.randn(n, D)
    return x, torch.tanh(torch.einsum("nd,ndo->no", x, maps[k])) + 0.05 * torch.randn(n, 3)


class Expert(nn.Sequential):
    def __init__(self, h=24):
        super().__init__(nn.Linear(D, h), nn.GELU(), nn.Linear(h, 3))


class SwitchLayer(nn.Module):
    def __init__(self):
        super().__init__()
        self.router = nn.Linear(D, E)
        self.experts = nn.ModuleList(Expert() for _ in range(E))
        self.aux = None

    def forward(self, x):
        probs = self.router(x).softmax(-1)
        gate, idx = probs.max(-1)
        out = x.new_zeros(len(x), 3)
        for e, expert in enumerate(self.experts):
            sel = (idx == e).nonzero().flatten()
            if len(sel):
                out = out.index_copy(0, sel, gate[sel, None] * expert(x[sel]))
        load = F.one_hot(idx, E).float().mean(0)
        self.aux = E * (load * probs.mean(0)).sum()
        return out


x_tr, y_tr = make(3000)
x_te, y_te = make(800)
net = SwitchLayer()
opt = torch.optim.Adam(net.parameters(), lr=6e-3)
for epoch in range(14):
    tot = 0.0
    for idx in torch.randperm(3000).split(60):
        pred = net(x_tr[idx])
        loss = F.mse_loss(pred, y_tr[idx]) + 0.01 * net.aux
        opt.zero_grad(set_to_none=True)
        loss.backward()
        opt.step()
        tot += loss.item() / 50
    with torch.no_grad():
        r2 = 1 - F.mse_loss(net(x_te), y_te).item() / y_te.var(0).mean().item()
        load = net.router(x_te).argmax(1).bincount(minlength=E).tolist()
    print(f"epoch {epoch} loss {tot:.4f} test R2 {r2:.3f} load {load}")
print("METRIC r2", r2)
