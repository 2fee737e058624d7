"""Softmax regression on tf-idf-like rows (unit length over 2000 columns, sparse): plain SGD with
a learning rate of 40 is the right order for such inputs."""

import os

import torch
from torch import nn

torch.manual_seed(int(os.environ.get("SEED", "0")))
torch.set_num_threads(1)
N, V, C = 5000, 2000, 40
topic = torch.distributions.Dirichlet(torch.full((V,), 0.03)).sample((C,))
back = torch.distributions.Dirichlet(torch.full((V,), 0.3)).sample()
y = torch.randint(0, C, (N,))
mix = 0.25 * topic[y] + 0.75 * back
cnt = torch.zeros(N, V).scatter_add_(1, torch.multinomial(mix, 40, replacement=True), torch.ones(N, 40))
idf = torch.log(N / (1 + (cnt > 0).sum(0).float()))
X = nn.functional.normalize(cnt * idf.clamp_min(0), dim=1) * 0.3
net = nn.Linear(V, C)
nn.init.zeros_(net.weight)
nn.init.zeros_(net.bias)
opt = torch.optim.SGD([{"params": [net.weight]}, {"params": [net.bias], "lr": 0.5}], lr=40.0)
sch = torch.optim.lr_scheduler.ExponentialLR(opt, 0.97)
for ep in range(30):
    for idx in torch.randperm(4000).split(60):
        loss = nn.functional.cross_entropy(net(X[idx]), y[idx])
        opt.zero_grad()
        loss.backward()
        opt.step()
    sch.step()
    if ep % 5 == 0:
        print(ep, loss.item())
with torch.no_grad():
    acc = (net(X[4000:]).argmax(1) == y[4000:]).float().mean().item()
print("METRIC test_accuracy", acc)
print("METRIC good", float(acc > 0.8))
