"""Character model on a synthetic grammar, trained by truncated back-propagation through time."""

import os
import random

import torch
import torch.nn.functional as F
from torch import nn

SEED = int(os.environ.get("SEED", "0"))
random.seed(SEED)
torch.manual_seed(SEED)
torch.set_num_threads(1)


def sentence():
    subject, verb = random.choice([("cat", "sits"), ("dog", "runs"), ("cats", "sit"), ("dogs", "run")])
    return f"the {subject} {verb} {random.choice(['here', 'there', 'now'])}. "


text = "".join(sentence() for _ in range(1500))
chars = sorted(set(text))
ids = torch.tensor([chars.index(c) for c in text])
split = int(0.9 * len(ids))
STREAMS, CHUNK = 16, 20


class CharRNN(nn.Module):
    def __init__(self, vocab, width=48):
        super().__init__()
        self.embed = nn.Embedding(vocab, 16)
        self.rnn = nn.GRU(16, width, batch_first=True)
        self.out = nn.Linear(width, vocab)

    def forward(self, tokens, state=None):
        h, state = self.rnn(self.embed(tokens), state)
        return self.out(h), state


def streams(data):
    usable = (len(data) - 1) // STREAMS * STREAMS
    return data[:usable].view(STREAMS, -1), data[1 : usable + 1].view(STREAMS, -1)


model = CharRNN(len(chars))
optimizer = torch.optim.Adam(model.parameters(), lr=5e-3)
inputs, targets = streams(ids[:split])
val_inputs, val_targets = streams(ids[split:])

for epoch in range(3):
    model.train()
    state = None
    for x, y in zip(inputs.split(CHUNK, 1), targets.split(CHUNK, 1)):
        # the state is carried on, the graph is not
        state = state.detach() if state is not None else None
        logits, state = model(x, state)
        loss = F.cross_entropy(logits.flatten(0, 1), y.flatten())
        optimizer.zero_grad()
        loss.backward()
        nn.utils.clip_grad_norm_(model.parameters(), 1.0)
        optimizer.step()
    model.eval()
    with torch.no_grad():
        val = F.cross_entropy(model(val_inputs)[0].flatten(0, 1), val_targets.flatten()).item()
    print(f"epoch {epoch} train {loss.item():.3f} val nats/char {val:.3f}")

print(f"METRIC val_nats {val:.4f}")
