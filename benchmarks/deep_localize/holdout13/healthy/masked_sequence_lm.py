"""Masked prediction on arithmetic progressions: the loss counts only the masked places."""

import os

import torch
import torch.nn as nn
import torch.nn.functional as F

SEED = int(os.environ.get("SEED", "0"))
torch.manual_seed(SEED)
torch.set_num_threads(1)

MOD, MASK, LENGTH, IGNORE = 11, 11, 12, -100


def sequences(n):
    start, stride = torch.randint(0, MOD, (n, 1)), torch.randint(1, 4, (n, 1))
    return (start + stride * torch.arange(LENGTH)) % MOD


def corrupt(tokens):
    chosen = torch.rand(tokens.shape) < 0.15
    chosen[torch.arange(len(tokens)), torch.randint(0, LENGTH, (len(tokens),))] = True
    return tokens.masked_fill(chosen, MASK), tokens.masked_fill(~chosen, IGNORE)


class MaskedLM(nn.Module):
    def __init__(self, dim=32):
        super().__init__()
        self.embed = nn.Embedding(MOD + 1, dim)
        self.rnn = nn.GRU(dim, 48, batch_first=True, bidirectional=True)
        self.norm = nn.LayerNorm(96)
        self.out = nn.Linear(96, MOD)

    def forward(self, tokens):
        h, _ = self.rnn(self.embed(tokens))
        return self.out(self.norm(h))


train_set, test_set = sequences(3000), sequences(500)
model = MaskedLM()
optimizer = torch.optim.Adam(model.parameters(), lr=3e-3)
for epoch in range(6):
    model.train()
    for tokens in train_set[torch.randperm(len(train_set))].split(50):
        inputs, targets = corrupt(tokens)
        loss = F.cross_entropy(model(inputs).transpose(1, 2), targets, ignore_index=IGNORE)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
    print(f"epoch {epoch} loss {loss.item():.4f}")

model.eval()
inputs, targets = corrupt(test_set)
with torch.no_grad():
    pred = model(inputs).argmax(-1)
where = targets != IGNORE
print(f"METRIC masked_accuracy {(pred[where] == targets[where]).float().mean().item():.4f}")
