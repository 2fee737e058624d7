"""Transformer with a [CLS] token: which of three motifs does a string of symbols hold?"""

import math
import os

import torch
import torch.nn as nn

SEED = int(os.environ.get("SEED", "0"))
torch.manual_seed(SEED)
torch.set_num_threads(1)

VOCAB, LENGTH, CLS = 12, 16, 0
MOTIFS = torch.tensor([[2, 5, 5], [7, 3, 9], [4, 4, 11]])


def strings(n):
    x = torch.randint(1, VOCAB, (n, LENGTH))
    y = torch.randint(0, 3, (n,))
    for i in range(n):
        for start in torch.randperm(LENGTH // 4)[:2].tolist():
            x[i, 4 * start : 4 * start + 3] = MOTIFS[y[i]]
    return x, y


class Positions(nn.Module):
    def __init__(self, d, most=64):
        super().__init__()
        pos = torch.arange(most).unsqueeze(1)
        freq = torch.exp(torch.arange(0, d, 2) * (-math.log(1000.0) / d))
        table = torch.zeros(most, d)
        table[:, 0::2], table[:, 1::2] = torch.sin(pos * freq), torch.cos(pos * freq)
        self.register_buffer("table", table)

    def forward(self, x):
        return x + self.table[: x.size(1)]


class Classifier(nn.Module):
    def __init__(self, d=32, heads=4, layers=2):
        super().__init__()
        self.embed = nn.Embedding(VOCAB, d)
        self.positions = Positions(d)
        layer = nn.TransformerEncoderLayer(d, heads, dim_feedforward=64, dropout=0.0, batch_first=True)
        self.encoder = nn.TransformerEncoder(layer, layers)
        self.head = nn.Linear(d, 3)

    def forward(self, tokens):
        cls = tokens.new_full((len(tokens), 1), CLS)
        h = self.positions(self.embed(torch.cat([cls, tokens], dim=1)))
        h = self.encoder(h)
        return self.head(h[:, 0])


x, y = strings(1500)
x_val, y_val = strings(300)
model = Classifier()
optimizer = torch.optim.Adam(model.parameters(), lr=2e-3)
loss_fn = nn.CrossEntropyLoss()

for epoch in range(6):
    model.train()
    perm = torch.randperm(len(x))
    total = 0.0
    for i in range(0, len(x), 50):
        idx = perm[i : i + 50]
        optimizer.zero_grad()
        loss = loss_fn(model(x[idx]), y[idx])
        loss.backward()
        optimizer.step()
        total += loss.item() * len(idx)
    print("epoch", epoch, "loss", total / len(x))

model.eval()
with torch.no_grad():
    accuracy = (model(x_val).argmax(1) == y_val).float().mean().item()
print("METRIC accuracy", accuracy)
