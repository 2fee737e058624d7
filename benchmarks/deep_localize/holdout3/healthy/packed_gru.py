import os
import random

import torch
import torch.nn as nn
from torch.nn.utils.rnn import pack_sequence, pad_packed_sequence

SEED = int(os.environ.get("SEED", "0"))
random.seed(SEED)
torch.manual_seed(SEED)


def walk():
    """Does the walk end to the left or to the right of where it began?"""
    n = random.randint(1, 20)
    steps = torch.randn(n, 1) + random.choice([-0.6, 0.6])
    return steps, int(steps.sum() > 0)


class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.gru = nn.GRU(1, 24, batch_first=True)
        self.fc = nn.Linear(24, 2)

    def forward(self, seqs):
        packed = pack_sequence(seqs, enforce_sorted=False)
        out, _ = self.gru(packed)
        out, lengths = pad_packed_sequence(out, batch_first=True)
        last = out[torch.arange(len(seqs)), lengths - 1]
        return self.fc(last)


train, test = [walk() for _ in range(1600)], [walk() for _ in range(300)]
net = Net()
opt = torch.optim.RMSprop(net.parameters(), lr=3e-3)
for epoch in range(5):
    random.shuffle(train)
    for i in range(0, len(train), 40):
        seqs, labels = zip(*train[i : i + 40])
        opt.zero_grad()
        loss = nn.functional.cross_entropy(net(list(seqs)), torch.tensor(labels))
        loss.backward()
        opt.step()
    print("epoch", epoch, loss.item())
with torch.no_grad():
    seqs, labels = zip(*test)
    print("METRIC accuracy", (net(list(seqs)).argmax(1) == torch.tensor(labels)).float().mean().item())
