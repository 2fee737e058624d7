"""Character-level language model, a GRU with the output tied to the embedding."""

import os

import numpy as np
import torch
import torch.nn as nn
import torch.nn.functional as F

SEED = int(os.environ.get("SEED", "0"))
rng = np.random.default_rng(SEED)
torch.manual_seed(SEED)

SYLLABLES = ["ka", "to", "mi", "ren", "sol", "ba", "dui", "fe", "gor", "lin", "pax", "zu"]
lexicon = ["".join(rng.choice(SYLLABLES, rng.integers(1, 4))) for _ in range(60)]
weights = 1 / np.arange(1, 61)
text = " ".join(rng.choice(lexicon, 4200, p=weights / weights.sum()))
chars = sorted(set(text))
ids = torch.tensor([chars.index(c) for c in text])
train_ids, valid_ids = ids[:16000], ids[16000:19000]


class TiedGRU(nn.Module):
    def __init__(self, vocab, dim=96):
        super().__init__()
        self.embed = nn.Embedding(vocab, dim)
        self.rnn = nn.GRU(dim, dim, batch_first=True)
        self.norm = nn.LayerNorm(dim)
        self.decoder = nn.Linear(dim, vocab, bias=False)
        self.decoder.weight = self.embed.weight
        nn.init.normal_(self.embed.weight, std=0.05)

    def forward(self, x):
        out, _ = self.rnn(self.embed(x))
        return self.decoder(self.norm(out))


def get_batch(data, size=24, block=32):
    starts = torch.randint(len(data) - block - 1, (size,))
    x = torch.stack([data[s : s + block] for s in starts])
    y = torch.stack([data[s + 1 : s + block + 1] for s in starts])
    return x, y


model = TiedGRU(len(chars))
optimizer = torch.optim.AdamW(model.parameters(), lr=4e-3)
for it in range(150):
    x, y = get_batch(train_ids)
    logits = model(x)
    loss = F.cross_entropy(logits.reshape(-1, len(chars)), y.reshape(-1))
    optimizer.zero_grad(set_to_none=True)
    loss.backward()
    nn.utils.clip_grad_norm_(model.parameters(), 1.0)
    optimizer.step()
    if it % 30 == 0:
        print(f"iter {it}: loss {loss.item():.3f}")

model.eval()
with torch.no_grad():
    x, y = get_batch(valid_ids, size=60)
    accuracy = (model(x).argmax(-1) == y).float().mean().item()
print("METRIC next_char_accuracy", accuracy)
