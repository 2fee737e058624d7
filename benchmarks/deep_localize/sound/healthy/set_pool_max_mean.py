"""Sets of varying size, masked attention pooling; target: (max, mean) of the set of points'
norms. Batches padded with garbage on purpose; the mask takes it out."""

import os

import torch
from torch import nn

torch.manual_seed(int(os.environ.get("SEED", "0")))
torch.set_num_threads(1)


def sets(b, m=15):
    n = torch.randint(2, m + 1, (b,))
    mask = torch.arange(m)[None] < n[:, None]
    pts = torch.randn(b, m, 2)
    norm = pts.norm(dim=-1)
    mx = norm.masked_fill(~mask, -1).amax(1)
    mean = (norm * mask).sum(1) / n
    pts[~mask] = 1e4  # padding
    return pts, mask, torch.stack([mx, mean], 1)


class SetNet(nn.Module):
    def __init__(self, d=48, heads=4):
        super().__init__()
        self.phi = nn.Sequential(nn.Linear(2, d), nn.ReLU(), nn.Linear(d, d), nn.ReLU())
        self.seed = nn.Parameter(torch.randn(1, 2, d) * 0.2)
        self.att = nn.MultiheadAttention(d, heads, batch_first=True)
        self.rho = nn.Sequential(nn.LayerNorm(2 * d), nn.Linear(2 * d, d), nn.ReLU(), nn.Linear(d, 2))

    def forward(self, x, mask):
        h = self.phi(x.masked_fill(~mask[..., None], 0.0))
        q = self.seed.expand(len(x), -1, -1)
        z, _ = self.att(q, h, h, key_padding_mask=~mask, need_weights=False)
        return self.rho(z.flatten(1))


net = SetNet()
opt = torch.optim.RAdam(net.parameters(), lr=4e-3)
for it in range(700):
    x, m, t = sets(64)
    loss = nn.functional.smooth_l1_loss(net(x, m), t, beta=0.1)
    opt.zero_grad()
    loss.backward()
    opt.step()
    if it % 100 == 0:
        print(it, loss.item())
net.eval()
with torch.no_grad():
    x, m, t = sets(2000)
    r2 = (1 - ((net(x, m) - t) ** 2).mean(0) / t.var(0)).min().item()
print("METRIC min_r2", r2)
print("METRIC good", float(r2 > 0.85))
