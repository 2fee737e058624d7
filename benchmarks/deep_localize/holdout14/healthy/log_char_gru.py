"""Character model of a generated log; the stream is read in order and the state is carried over windows."""

import math
import os
import random

import torch
from torch import nn

SEED = int(os.environ.get("SEED", "0"))
torch.manual_seed(SEED)
random.seed(SEED)
torch.set_num_threads(1)

ACTIONS = ["open", "close", "read", "write"]
USERS = ["ann", "bob", "eve"]


def log_text(lines):
    return "".join(f"{random.choice(USERS)} {random.choice(ACTIONS)} file{random.randrange(4)};" for _ in range(lines))


text, held_out = log_text(2600), log_text(200)
chars = sorted(set(text + held_out))
index = {c: i for i, c in enumerate(chars)}


def as_streams(s, n):
    ids = torch.tensor([index[c] for c in s])
    length = (len(ids) - 1) // n
    return ids[: n * length].view(n, length), ids[1 : n * length + 1].view(n, length)


class CharGRU(nn.Module):
    def __init__(self, n_chars, hidden=64):
        super().__init__()
        self.embed = nn.Embedding(n_chars, 16)
        self.gru = nn.GRU(16, hidden, batch_first=True)
        self.out = nn.Linear(hidden, n_chars)

    def forward(self, ids, state=None):
        h, state = self.gru(self.embed(ids), state)
        return self.out(h), state


model = CharGRU(len(chars))
optimizer = torch.optim.Adam(model.parameters(), lr=5e-3)
inputs, targets = as_streams(text, 16)
WINDOW = 30

for epoch in range(3):
    state = None
    for start in range(0, inputs.size(1) - WINDOW + 1, WINDOW):
        logits, state = model(inputs[:, start : start + WINDOW], state)
        state = state.detach()
        loss = nn.functional.cross_entropy(logits.transpose(1, 2), targets[:, start : start + WINDOW])
        optimizer.zero_grad()
        loss.backward()
        nn.utils.clip_grad_norm_(model.parameters(), 1.0)
        optimizer.step()
    print(f"epoch {epoch} loss {loss.item():.4f}")

model.eval()
with torch.no_grad():
    x, y = as_streams(held_out, 1)
    nll = nn.functional.cross_entropy(model(x)[0].transpose(1, 2), y).item()
print(f"METRIC bits_per_char {nll / math.log(2):.4f}")
