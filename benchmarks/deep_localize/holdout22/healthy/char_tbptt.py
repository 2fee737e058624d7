"""A character model trained by truncated backpropagation, with the state carried over and gradients accumulated."""

import os
import random

import numpy as np
import torch
import torch.nn as nn

SEED = int(os.environ.get("SEED", "0"))
random.seed(SEED)
np.random.seed(SEED)
torch.manual_seed(SEED)
torch.set_num_threads(1)

STREAMS, CHUNK, ACCUMULATE = 16, 20, 2


def text(sentences):
    who = ["the cat", "a dog", "my aunt", "the king"]
    does = ["sees", "likes", "finds", "paints"]
    what = ["a red boat", "the old tree", "some bread", "two birds"]
    pieces = []
    for _ in range(sentences):
        pieces.append(f"{random.choice(who)} {random.choice(does)} {random.choice(what)}. ")
    return "".join(pieces)


corpus = text(1100)
letters = sorted(set(corpus))
code = {c: i for i, c in enumerate(letters)}
data = torch.tensor([code[c] for c in corpus])
held = torch.tensor([code[c] for c in text(60)])
rows = len(data) // STREAMS
data = data[: rows * STREAMS].view(STREAMS, rows)


class CharModel(nn.Module):
    def __init__(self, size, hidden=48):
        super().__init__()
        self.embedding = nn.Embedding(size, 16)
        self.gru = nn.GRU(16, hidden, batch_first=True)
        self.decoder = nn.Linear(hidden, size)

    def forward(self, x, state=None):
        out, state = self.gru(self.embedding(x), state)
        return self.decoder(out), state


model = CharModel(len(letters))
criterion = nn.CrossEntropyLoss()
optimizer = torch.optim.RMSprop(model.parameters(), lr=4e-3)
step = 0
optimizer.zero_grad()
for epoch in range(2):
    state = None
    for start in range(0, rows - CHUNK - 1, CHUNK):
        x = data[:, start : start + CHUNK]
        y = data[:, start + 1 : start + CHUNK + 1]
        logits, state = model(x, state)
        state = state.detach()
        loss = criterion(logits.reshape(-1, len(letters)), y.reshape(-1))
        (loss / ACCUMULATE).backward()
        step += 1
        if step % ACCUMULATE == 0:
            nn.utils.clip_grad_norm_(model.parameters(), 1.0)
            optimizer.step()
            optimizer.zero_grad()
        if step % 40 == 0:
            print("chunk", step, "loss", round(loss.item(), 4))

model.eval()
with torch.no_grad():
    logits, _ = model(held[None, :-1])
    bits = criterion(logits[0], held[1:]).item() / np.log(2)
print("METRIC bits_per_character", bits)
