"""Character model with truncated backpropagation: streams are read in order and the hidden state is carried on."""

import math
import os
import random

import torch
import torch.nn as nn

SEED = int(os.environ.get("SEED", "0"))
random.seed(SEED)
torch.manual_seed(SEED)
torch.set_num_threads(1)

STREAMS, CHUNK, EPOCHS = 20, 16, 7
NOUNS = ["river", "stone", "cloud", "garden", "lamp"]
VERBS = ["follows", "covers", "finds", "leaves"]


def text(n):
    out = []
    for _ in range(n):
        a, b = random.sample(NOUNS, 2)
        out.append(f"the {a} {random.choice(VERBS)} the {b}. ")
    return "".join(out)


train_text, test_text = text(500), text(60)
chars = sorted(set(train_text + test_text))
index = {c: i for i, c in enumerate(chars)}


def streams(s, k):
    ids = torch.tensor([index[c] for c in s])
    n = len(ids) // k
    return ids[: n * k].view(k, n)


class CharModel(nn.Module):
    def __init__(self, dim=48):
        super().__init__()
        self.embed = nn.Embedding(len(chars), dim)
        self.rnn = nn.LSTM(dim, dim, batch_first=True)
        self.drop = nn.Dropout(0.1)
        self.out = nn.Linear(dim, len(chars))
        self.out.weight = self.embed.weight
        nn.init.normal_(self.embed.weight, std=0.1)

    def forward(self, x, state):
        h, state = self.rnn(self.embed(x), state)
        return self.out(self.drop(h)), state


def chunks(data):
    for i in range(0, data.size(1) - 1, CHUNK):
        n = min(CHUNK, data.size(1) - 1 - i)
        yield data[:, i : i + n], data[:, i + 1 : i + 1 + n]


@torch.no_grad()
def bits_per_char(model, data):
    model.eval()
    state, total, count = None, 0.0, 0
    for x, y in chunks(data):
        logits, state = model(x, state)
        total += criterion(logits.flatten(0, 1), y.flatten()).item() * y.numel()
        count += y.numel()
    return total / count / math.log(2)


train, test = streams(train_text, STREAMS), streams(test_text, 4)
model = CharModel()
criterion = nn.CrossEntropyLoss()
optimizer = torch.optim.Adam(model.parameters(), lr=1e-2)

for epoch in range(EPOCHS):
    model.train()
    state = None
    for x, y in chunks(train):
        if state is not None:
            state = tuple(s.detach() for s in state)
        logits, state = model(x, state)
        loss = criterion(logits.flatten(0, 1), y.flatten())
        optimizer.zero_grad()
        loss.backward()
        nn.utils.clip_grad_norm_(model.parameters(), 1.0)
        optimizer.step()
    print(f"epoch {epoch + 1} train loss {loss.item():.3f} test bits {bits_per_char(model, test):.3f}")

print(f"METRIC bits_per_char {bits_per_char(model, test):.4f}")
