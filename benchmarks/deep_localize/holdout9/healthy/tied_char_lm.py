"""Character language model with tied embeddings, truncated backpropagation and a carried hidden state."""

import os
import random

import torch
import torch.nn as nn
import torch.nn.functional as F

SEED = int(os.environ.get("SEED", "0"))
random.seed(SEED)
torch.manual_seed(SEED)
torch.set_num_threads(1)

words = ["the", "ship", "sails", "over", "a", "dark", "sea", "and", "stars", "light", "its", "way"]
text = " ".join(random.choice(words) for _ in range(6000))
alphabet = sorted(set(text))
codes = torch.tensor([alphabet.index(c) for c in text])
BATCH, BPTT = 24, 24


def columns(data):
    n = len(data) // BATCH
    return data[: n * BATCH].view(BATCH, n).t().contiguous()


train, valid = columns(codes[:-4000]), columns(codes[-4000:])


class CharLM(nn.Module):
    def __init__(self, vocab, dim=64):
        super().__init__()
        self.embed = nn.Embedding(vocab, dim)
        self.drop = nn.Dropout(0.1)
        self.rnn = nn.GRU(dim, dim)
        self.decoder = nn.Linear(dim, vocab)
        self.decoder.weight = self.embed.weight
        nn.init.uniform_(self.embed.weight, -0.1, 0.1)
        nn.init.zeros_(self.decoder.bias)

    def forward(self, x, hidden):
        out, hidden = self.rnn(self.drop(self.embed(x)), hidden)
        return self.decoder(self.drop(out)), hidden


def evaluate():
    model.eval()
    hidden, total, count = None, 0.0, 0
    with torch.no_grad():
        for i in range(0, len(valid) - 1, BPTT):
            x, y = valid[i : i + BPTT][: len(valid) - 1 - i], valid[i + 1 : i + 1 + BPTT]
            logits, hidden = model(x, hidden)
            total += F.cross_entropy(logits.flatten(0, 1), y.flatten(), reduction="sum").item()
            count += y.numel()
    return total / count


model = CharLM(len(alphabet))
optimizer = torch.optim.Adam(model.parameters(), lr=5e-3)
for epoch in range(4):
    model.train()
    hidden = None
    for i in range(0, len(train) - 1 - BPTT, BPTT):
        x, y = train[i : i + BPTT], train[i + 1 : i + 1 + BPTT]
        if hidden is not None:
            hidden = hidden.detach()
        logits, hidden = model(x, hidden)
        loss = F.cross_entropy(logits.flatten(0, 1), y.flatten())
        optimizer.zero_grad()
        loss.backward()
        nn.utils.clip_grad_norm_(model.parameters(), 0.5)
        optimizer.step()
    print(f"epoch {epoch}: train {loss.item():.3f}, valid {evaluate():.3f}")

print("METRIC nats_per_char", evaluate())
