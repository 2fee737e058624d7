"""(a + b) mod 31 from pairs of symbols, 60 % of the table as training data, strong weight decay:
training accuracy is perfect early, held-out pairs follow much later."""

import os

import torch
from torch import nn

torch.manual_seed(int(os.environ.get("SEED", "0")))
torch.set_num_threads(1)
P = 31
a, b = torch.meshgrid(torch.arange(P), torch.arange(P), indexing="ij")
pairs = torch.stack([a.flatten(), b.flatten()], 1)
y = pairs.sum(1) % P
perm = torch.randperm(P * P)
cut = int(0.6 * P * P)
tr, te = perm[:cut], perm[cut:]


class Net(nn.Module):
    def __init__(self, d=48, h=96):
        super().__init__()
        self.emb = nn.Embedding(P, d)
        self.up = nn.Linear(d, h, bias=False)
        self.down = nn.Linear(h, P, bias=False)

    def forward(self, p):
        e = self.emb(p).sum(1)  # symmetric in the two operands
        return self.down(self.up(e).square())


net = Net()
nn.init.normal_(net.emb.weight, std=0.5)
opt = torch.optim.AdamW(net.parameters(), lr=5e-3, weight_decay=1.0, betas=(0.9, 0.98))
sched = torch.optim.lr_scheduler.CosineAnnealingLR(opt, 1600)
for it in range(1600):
    loss = nn.functional.cross_entropy(net(pairs[tr]), y[tr])
    opt.zero_grad()
    loss.backward()
    opt.step()
    sched.step()
    if it % 200 == 0:
        with torch.no_grad():
            v = (net(pairs[te]).argmax(1) == y[te]).float().mean()
        print(it, f"{loss.item():.4f} held out {v:.3f}")
with torch.no_grad():
    acc = (net(pairs[te]).argmax(1) == y[te]).float().mean().item()
print("METRIC held_out_accuracy", acc)
print("METRIC good", float(acc > 0.8))
