"""CTC: unsegmented noisy signal to symbol string. First the net learns 'all blank' and stays
there a while, then alignments appear."""

import os

import torch
from torch import nn

torch.manual_seed(int(os.environ.get("SEED", "0")))
torch.set_num_threads(1)
K, FEAT, T = 6, 8, 40  # symbols 1..6, 0 is blank
code = torch.randn(K + 1, FEAT)
code[0] = 0


def batch(b):
    x = 0.3 * torch.randn(T, b, FEAT)
    lens = torch.randint(3, 6, (b,))
    targets = []
    for i in range(b):
        n = int(lens[i])
        s = torch.randint(1, K + 1, (n,))
        pos = int(torch.randint(0, 5, (1,)))
        for c in s.tolist():
            d = int(torch.randint(2, 5, (1,)))
            x[pos : pos + d, i] += code[c]
            pos += d + int(torch.randint(1, 4, (1,)))
        targets.append(s)
    return x, targets, lens


class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.conv = nn.Conv1d(FEAT, 32, 3, padding=1)
        self.rnn = nn.GRU(32, 24, bidirectional=True)
        self.out = nn.Linear(48, K + 1)

    def forward(self, x):  # (T, B, F)
        h = self.conv(x.permute(1, 2, 0)).relu().permute(2, 0, 1)
        return self.out(self.rnn(h)[0]).log_softmax(-1)


net = Net()
ctc = nn.CTCLoss(blank=0, zero_infinity=True)
opt = torch.optim.Adam(net.parameters(), lr=4e-3)
for it in range(260):
    x, tg, ln = batch(24)
    lp = net(x)
    loss = ctc(lp, torch.cat(tg), torch.full((24,), T), ln)
    opt.zero_grad()
    loss.backward()
    nn.utils.clip_grad_norm_(net.parameters(), 5.0)
    opt.step()
    if it % 20 == 0:
        print(it, round(loss.item(), 3))

net.eval()
with torch.no_grad():
    x, tg, ln = batch(200)
    best = net(x).argmax(-1).t()
good = 0
for row, t in zip(best, tg):
    r = torch.unique_consecutive(row)
    r = r[r != 0]
    good += r.tolist() == t.tolist()
print("METRIC exact_strings", good / 200)
print("METRIC good", float(good / 200 > 0.7))
