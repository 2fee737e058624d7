"""One long noisy series, truncated back-propagation with the state carried from window to
window (detached), one step ahead forecast in the layout (time, batch,
feature)."""

import math
import os

import torch
from torch import nn

torch.manual_seed(int(os.environ.get("SEED", "0")))
torch.set_num_threads(1)
L = 8 * 1200
t = torch.arange(L).float()
s = torch.sin(2 * math.pi * t / 25) + 0.6 * torch.sin(2 * math.pi * t / 61 + 1) * torch.sin(2 * math.pi * t / 400)
s = 120 + 15 * s + 1.5 * torch.randn(L)  # e.g. a load in kW
mu, sd = s[: 7 * 1200].mean(), s[: 7 * 1200].std()
z = (s - mu) / sd
streams = z[: 7 * 1200].view(7, 1200).t().unsqueeze(-1)  # (time, batch, 1)
test = z[7 * 1200 :].view(-1, 1, 1)


class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.rnn = nn.LSTM(1, 40, num_layers=1)
        self.out = nn.Linear(40, 1)
        with torch.no_grad():  # forget gate bias of one
            self.rnn.bias_hh_l0[40:80].fill_(1.0)

    def forward(self, x, state):
        h, state = self.rnn(x, state)
        return x + self.out(h), state  # predicts the change


net = Net()
opt = torch.optim.AdamW(net.parameters(), lr=6e-3)
W = 40
for ep in range(28):
    state, tot, k = None, 0.0, 0
    for a in range(0, 1200 - W, W):
        x, y = streams[a : a + W], streams[a + 1 : a + W + 1]
        if state is not None:
            state = tuple(v.detach() for v in state)
        p, state = net(x, state)
        loss = nn.functional.mse_loss(p, y)
        opt.zero_grad()
        loss.backward()
        nn.utils.clip_grad_norm_(net.parameters(), 0.5)
        opt.step()
        tot += loss.item()
        k += 1
    print(ep, tot / k)
net.eval()
with torch.no_grad():
    p, _ = net(test[:-1], None)
    mse = ((p[50:] - test[51:]) ** 2).mean().item()
    naive = ((test[50:-1] - test[51:]) ** 2).mean().item()
print("METRIC skill_vs_last_value", 1 - mse / naive)
print("METRIC good", float(1 - mse / naive > 0.5))
