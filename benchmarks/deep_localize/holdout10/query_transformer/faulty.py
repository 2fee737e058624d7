"""Does the query (first token) occur again in the sequence? A small transformer encoder."""

import math
import os

import torch
import torch.nn as nn

SEED = int(os.environ.get("SEED", "0"))
torch.manual_seed(SEED)
torch.set_num_threads(1)

VOCAB, LENGTH = 12, 9


def make_batch(n):
    query = torch.randint(VOCAB, (n, 1))
    rest = (query + torch.randint(1, VOCAB, (n, LENGTH - 1))) % VOCAB  # never the query
    label = torch.randint(2, (n,))
    where = torch.randint(LENGTH - 1, (n,))
    rows = label.nonzero().squeeze(1)
    rest[rows, where[rows]] = query[rows, 0]
    return torch.cat([query, rest], dim=1), label


class PositionalEncoding(nn.Module):
    def __init__(self, dim, length):
        super().__init__()
        pos = torch.arange(length).unsqueeze(1)
        div = torch.exp(torch.arange(0, dim, 2) * (-math.log(1000.0) / dim))
        pe = torch.zeros(length, dim)
        pe[:, 0::2] = torch.sin(pos * div)
        pe[:, 1::2] = torch.cos(pos * div)
        self.register_buffer("pe", pe)

    def forward(self, x):
        return x + self.pe


class QueryClassifier(nn.Module):
    def __init__(self, dim=32, heads=4, layers=2):
        super().__init__()
        self.embed = nn.Embedding(VOCAB, dim)
        self.position = PositionalEncoding(dim, LENGTH)
        layer = nn.TransformerEncoderLayer(dim, heads, dim_feedforward=64, dropout=0.0, norm_first=True)
        self.encoder = nn.TransformerEncoder(layer, layers, enable_nested_tensor=False)
        self.classify = nn.Linear(dim, 2)

    def forward(self, tokens):
        x = self.position(self.embed(tokens))
        x = self.encoder(x)
        return self.classify(x[:, 0])


model = QueryClassifier()
optimizer = torch.optim.AdamW(model.parameters(), lr=3e-3, weight_decay=0.01)
scheduler = torch.optim.lr_scheduler.LambdaLR(optimizer, lambda s: min(1.0, (s + 1) / 40))
criterion = nn.CrossEntropyLoss()
x_test, y_test = make_batch(1000)


def accuracy():
    model.eval()
    with torch.no_grad():
        right = sum((model(x).argmax(1) == y).sum().item() for x, y in zip(x_test.split(100), y_test.split(100)))
    model.train()
    return right / len(y_test)


for step in range(1, 351):
    tokens, labels = make_batch(64)
    loss = criterion(model(tokens), labels)
    optimizer.zero_grad()
    loss.backward()
    nn.utils.clip_grad_norm_(model.parameters(), 1.0)
    optimizer.step()
    scheduler.step()
    if step % 50 == 0:
        print(f"step {step} loss {loss.item():.4f} acc {accuracy():.3f}")

print("METRIC accuracy", accuracy())
