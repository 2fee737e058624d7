"""Mixture density recurrent network: one-step forecast of a series that jumps up or down."""

import math
import os

import torch
import torch.nn as nn
import torch.nn.functional as F

SEED = int(os.environ.get("SEED", "0"))
torch.manual_seed(SEED)
torch.set_num_threads(1)

SEQ, GAUSS, HIDDEN = 20, 3, 24


def make_series(n):
    """A regime flag tells whether the next jump is mostly up, mostly down or flat."""
    flag = torch.randint(0, 3, (n, SEQ))
    jump = torch.tensor([-1.5, 0.0, 1.5])
    component = torch.where(torch.rand(n, SEQ) < 0.92, flag, torch.randint(0, 3, (n, SEQ)))
    target = jump[component] + 0.2 * torch.randn(n, SEQ)
    previous = torch.cat([torch.zeros(n, 1), target[:, :-1]], 1)
    return torch.cat([F.one_hot(flag, 3).float(), previous[..., None]], -1), target


class MDRNN(nn.Module):
    def __init__(self):
        super().__init__()
        self.rnn = nn.GRU(4, HIDDEN)
        self.gmm = nn.Linear(HIDDEN, 3 * GAUSS)

    def forward(self, x):
        out, _ = self.rnn(x)
        mus, sigmas, pi = self.gmm(out).chunk(3, dim=-1)
        logpi = F.log_softmax(pi, dim=-1)
        return mus, F.softplus(sigmas) + 1e-2, logpi


def gmm_nll(target, mus, sigmas, logpi):
    z = (target[..., None] - mus) / sigmas
    log_prob = -0.5 * z**2 - sigmas.log() - 0.5 * math.log(2 * math.pi)
    return -torch.logsumexp(logpi + log_prob, dim=-1).mean()


train_x, train_y = make_series(600)
test_x, test_y = make_series(200)
model = MDRNN()
optimizer = torch.optim.RMSprop(model.parameters(), lr=3e-3)

for epoch in range(12):
    for index in torch.randperm(len(train_x)).split(32):
        x, y = train_x[index].transpose(0, 1), train_y[index].transpose(0, 1)
        loss = gmm_nll(y, *model(x))
        optimizer.zero_grad()
        loss.backward()
        nn.utils.clip_grad_norm_(model.parameters(), 1.0)
        optimizer.step()
    print(f"epoch {epoch} nll {loss.item():.3f}")

with torch.no_grad():
    mus, sigmas, logpi = model(test_x.transpose(0, 1))
    forecast = (logpi.exp() * mus).sum(-1)
    error = (forecast - test_y.transpose(0, 1)).abs().mean().item()
print(f"METRIC forecast_error {error:.4f}")
