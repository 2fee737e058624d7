import os
import random

import torch
import torch.nn as nn

SEED = int(os.environ.get("SEED", "0"))
random.seed(SEED)
torch.manual_seed(SEED)


class Parity(nn.Module):
    """Running count modulo 3 of the ones."""

    def __init__(self, hidden=32):
        super().__init__()
        self.rnn = nn.GRU(2, hidden, batch_first=True)
        self.fc = nn.Linear(hidden, 3)

    def forward(self, bits):
        return self.fc(self.rnn(nn.functional.one_hot(bits, 2).float())[0])


model = Parity()
optimizer = torch.optim.Adam(model.parameters(), lr=1e-2)
criterion = nn.CrossEntropyLoss()
for stage, length in enumerate([2, 3, 4, 6, 9, 12]):
    for _ in range(60):
        bits = torch.randint(0, 2, (32, length))
        target = bits.cumsum(1) % 3
        loss = criterion(model(bits).transpose(1, 2), target)
        optimizer.zero_grad()
        loss.backward()
        nn.utils.clip_grad_norm_(model.parameters(), 1.0)
        optimizer.step()
    print("length", length, "loss", loss.item())
with torch.no_grad():
    bits = torch.randint(0, 2, (200, 12))
    print("METRIC accuracy", (model(bits).argmax(-1) == bits.cumsum(1) % 3).float().mean().item())
