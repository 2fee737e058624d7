# remember the first symbol while noise goes by
import os

import torch
import torch.nn as nn
import torch.nn.functional as F

torch.manual_seed(int(os.environ.get("SEED", "0")))
SYMBOLS, STEPS = 6, 16


class Memory(nn.Module):
    def __init__(self, hidden=32):
        super().__init__()
        self.hidden_size = hidden
        self.embed = nn.Embedding(SYMBOLS + 4, 12)
        self.cell = nn.GRUCell(12, hidden)
        self.out = nn.Linear(hidden, SYMBOLS)

    def init_hidden(self, batch):
        return torch.zeros(batch, self.hidden_size)

    def forward(self, tokens):
        h = self.init_hidden(len(tokens))
        for t in range(tokens.size(1)):
            h = self.cell(self.embed(tokens[:, t]), h)
        return self.out(h)


def batch(n):
    first = torch.randint(0, SYMBOLS, (n, 1))
    noise = torch.randint(SYMBOLS, SYMBOLS + 4, (n, STEPS - 1))
    return torch.cat([first, noise], 1), first.squeeze(1)


model = Memory()
optimizer = torch.optim.Adam(model.parameters(), lr=1e-2)
history = []
for step in range(320):
    tokens, target = batch(64)
    loss = F.cross_entropy(model(tokens), target)
    optimizer.zero_grad()
    loss.backward()
    optimizer.step()
    history.append(loss.item())
    if (step + 1) % 80 == 0:
        print("step", step + 1, "loss", sum(history[-80:]) / 80)

with torch.no_grad():
    tokens, target = batch(1000)
    print("METRIC accuracy", (model(tokens).argmax(1) == target).float().mean().item())
