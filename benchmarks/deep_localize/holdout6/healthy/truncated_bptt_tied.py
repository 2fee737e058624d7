"""Word language model: state carried over and cut between chunks, tied weights, SGD with a rate of 10."""

import os

import numpy as np
import torch
import torch.nn as nn
import torch.nn.functional as F

SEED = int(os.environ.get("SEED", "0"))
rng = np.random.default_rng(SEED)
torch.manual_seed(SEED)

VOCAB, COLUMNS, CHUNK = 40, 20, 16
successors = rng.permuted(np.tile(np.arange(VOCAB), (VOCAB, 1)), axis=1)[:, :4]
tokens = [0]
for _ in range(12000):
    tokens.append(int(rng.choice(successors[tokens[-1]], p=[0.7, 0.15, 0.1, 0.05])))
stream = torch.tensor(tokens[:10000]).view(COLUMNS, -1)
held_out = torch.tensor(tokens[10000:])[None]


class WordLM(nn.Module):
    def __init__(self, dim=48):
        super().__init__()
        self.encoder = nn.Embedding(VOCAB, dim)
        self.rnn = nn.LSTM(dim, dim, batch_first=True)
        self.drop = nn.Dropout(0.1)
        self.decoder = nn.Linear(dim, VOCAB)
        self.decoder.weight = self.encoder.weight
        nn.init.uniform_(self.encoder.weight, -0.1, 0.1)
        nn.init.zeros_(self.decoder.bias)

    def forward(self, x, state=None):
        out, state = self.rnn(self.drop(self.encoder(x)), state)
        return self.decoder(self.drop(out)), state


model = WordLM()
lr, best = 10.0, float("inf")
for epoch in range(10):
    model.train()
    state = None
    for start in range(0, stream.shape[1] - 1, CHUNK):
        x = stream[:, start : start + CHUNK]
        target = stream[:, start + 1 : start + 1 + CHUNK]
        x = x[:, : target.shape[1]]
        if state is not None:
            state = tuple(s.detach() for s in state)
        logits, state = model(x, state)
        loss = F.cross_entropy(logits.reshape(-1, VOCAB), target.reshape(-1))
        model.zero_grad()
        loss.backward()
        nn.utils.clip_grad_norm_(model.parameters(), 0.25)
        with torch.no_grad():
            for p in model.parameters():
                p.add_(p.grad, alpha=-lr)
    model.eval()
    with torch.no_grad():
        logits, _ = model(held_out[:, :-1])
        valid = F.cross_entropy(logits[0], held_out[0, 1:]).item()
    print(f"epoch {epoch + 1} lr {lr} valid perplexity {np.exp(valid):.2f}")
    if valid < best:
        best = valid
    else:
        lr /= 4

accuracy = (logits[0].argmax(1) == held_out[0, 1:]).float().mean().item()
print("METRIC next_word_accuracy", accuracy)
