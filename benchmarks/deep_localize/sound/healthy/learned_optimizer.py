"""Learning to learn: a coordinatewise LSTM optimizer trained by unrolling 15 steps on random quadratics, log-loss objective
which goes far below zero."""

import os

import torch
import torch.nn as nn

torch.manual_seed(int(os.environ.get("SEED", "0")))
torch.set_num_threads(1)
DIM = 8


class LearnedOpt(nn.Module):
    def __init__(self, h=16):
        super().__init__()
        self.h = h
        self.cell = nn.LSTMCell(2, h)
        self.out = nn.Linear(h, 1)
        nn.init.normal_(self.out.weight, std=0.01)
        nn.init.zeros_(self.out.bias)

    def forward(self, g, hc):
        # log-magnitude and sign, so that tiny and huge gradients look alike
        f = torch.stack([(g.abs() + 1e-8).log() / 10, g.sign()], -1)
        h, c = self.cell(f.reshape(-1, 2), hc)
        return 0.1 * self.out(h).view_as(g), (h, c)


def problems(n):
    W = torch.randn(n, DIM, DIM) / DIM**0.5
    y = torch.randn(n, DIM, 1)
    return W + torch.eye(DIM), y


def f(W, y, th):
    return (W @ th.unsqueeze(-1) - y).square().sum((1, 2))


def unroll(opt_net, n, steps):
    W, y = problems(n)
    th = torch.zeros(n, DIM)
    hc = (torch.zeros(n * DIM, opt_net.h), torch.zeros(n * DIM, opt_net.h))
    trace = []
    for _ in range(steps):
        # gradient of the inner problem, given as a plain number to the optimizer
        g = (2 * W.transpose(1, 2) @ (W @ th.unsqueeze(-1) - y)).squeeze(-1).detach()
        up, hc = opt_net(g, hc)
        th = th + up
        trace.append(f(W, y, th))
    return torch.stack(trace), f(W, y, torch.zeros(n, DIM)), (W, y)


net = LearnedOpt()
outer = torch.optim.Adam(net.parameters(), lr=1e-2)
sched = torch.optim.lr_scheduler.StepLR(outer, 100, 0.4)
for it in range(300):
    tr, f0, _ = unroll(net, 32, 20)
    loss = (tr / f0 + 1e-3).log().mean()
    outer.zero_grad()
    loss.backward()
    nn.utils.clip_grad_norm_(net.parameters(), 1.0)
    outer.step()
    sched.step()
    if it % 50 == 0:
        print(it, round(loss.item(), 4))
with torch.no_grad():
    tr, f0, (W, y) = unroll(net, 500, 20)
    learned = (tr[-1] / f0).median().item()
    # best plain gradient descent rate for comparison
    best = 1.0
    for lr in (0.01, 0.02, 0.05, 0.1):
        th = torch.zeros(500, DIM)
        for _ in range(20):
            th = th - lr * (2 * W.transpose(1, 2) @ (W @ th.unsqueeze(-1) - y)).squeeze(-1)
        best = min(best, (f(W, y, th) / f0).median().item())
print("gradient descent", round(best, 4))
print("METRIC remaining_loss", round(learned, 4))
print("METRIC good", float(learned < 0.15))
