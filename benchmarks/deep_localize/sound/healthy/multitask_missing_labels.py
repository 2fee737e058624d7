"""Three tasks on one trunk (class, value, rare flag), labels missing at random (NaN / -1), weighed
by learned log variances (Kendall et al.): the total goes below zero."""

import os

import torch
import torch.nn.functional as F
from torch import nn

torch.manual_seed(int(os.environ.get("SEED", "0")))
torch.set_num_threads(1)
N = 9000
Z = torch.randn(N, 4)
X = torch.tanh(Z @ torch.randn(4, 20)) + 0.02 * torch.randn(N, 20)
cls = (Z[:, 0] > 0).long() + 2 * (Z[:, 1] > 0).long()
val = 1000 + 50 * (Z[:, 2] * Z[:, 0])
flag = (Z[:, 3] > 1.7).float()  # ~4.5 %
cls_o, val_o, flag_o = cls.clone(), val.clone(), flag.clone()
cls_o[torch.rand(N) < 0.5] = -1
val_o[torch.rand(N) < 0.6] = float("nan")
flag_o[torch.rand(N) < 0.3] = float("nan")
seen = ~val_o.isnan()
mu, sd = val_o[seen].mean(), val_o[seen].std()


class Multi(nn.Module):
    def __init__(self):
        super().__init__()
        self.trunk = nn.Sequential(nn.Linear(20, 64), nn.Mish(), nn.Linear(64, 64), nn.Mish())
        self.heads = nn.ModuleDict({"cls": nn.Linear(64, 4), "val": nn.Linear(64, 1), "flag": nn.Linear(64, 1)})
        self.s = nn.ParameterDict({k: nn.Parameter(torch.zeros(())) for k in self.heads})

    def forward(self, x):
        h = self.trunk(x)
        return {k: f(h) for k, f in self.heads.items()}


def loss_fn(net, idx):
    o = net(X[idx])
    parts = {"cls": F.cross_entropy(o["cls"], cls_o[idx], ignore_index=-1)}
    m = ~val_o[idx].isnan()
    parts["val"] = F.mse_loss(o["val"].squeeze(1)[m], (val_o[idx][m] - mu) / sd)
    m = ~flag_o[idx].isnan()
    parts["flag"] = F.binary_cross_entropy_with_logits(o["flag"].squeeze(1)[m], flag_o[idx][m])
    return sum(torch.exp(-net.s[k]) * v + 0.5 * net.s[k] for k, v in parts.items()), parts


net = Multi()
opt = torch.optim.Adam(net.parameters(), lr=2e-3)
sched = torch.optim.lr_scheduler.CosineAnnealingLR(opt, 20)
ntr = 8000
for ep in range(20):
    for idx in torch.randperm(ntr).split(100):
        loss, parts = loss_fn(net, idx)
        opt.zero_grad()
        loss.backward()
        opt.step()
    sched.step()
    if ep % 5 == 0:
        print(ep, f"{loss.item():.3f}", {k: round(v.item(), 3) for k, v in parts.items()})
net.eval()
with torch.no_grad():
    te = slice(ntr, N)
    o = net(X[te])
    acc = (o["cls"].argmax(1) == cls[te]).float().mean().item()
    r2 = 1 - ((o["val"].squeeze(1) * sd + mu - val[te]) ** 2).mean().item() / val[te].var().item()
    f, fl = o["flag"].squeeze(1), flag[te] > 0
    auc = (f[fl][:, None] > f[~fl][None]).float().mean().item()
print("acc", acc, "r2", r2, "auc", auc)
print("METRIC worst", min(acc, r2, auc))
print("METRIC good", float(acc > 0.85 and r2 > 0.7 and auc > 0.9))
