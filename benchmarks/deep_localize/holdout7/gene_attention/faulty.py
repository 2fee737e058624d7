"""Classifies short gene fragments by where two motifs stand to one another, with a transformer encoder."""

import math
import os

import torch
import torch.nn as nn
from torch.utils.data import DataLoader, TensorDataset

torch.manual_seed(int(os.environ.get("SEED", "0")))
torch.set_num_threads(1)

VOCAB, LENGTH, DIM = 8, 16, 32


def fragments(n):
    """Four bases as noise, markers 4 and 5; the class tells which comes first and whether they are near."""
    seq = torch.randint(0, 4, (n, LENGTH))
    first = torch.randint(0, LENGTH, (n,))
    second = (first + torch.randint(1, LENGTH, (n,))) % LENGTH
    rows = torch.arange(n)
    seq[rows, first], seq[rows, second] = 4, 5
    order = (first < second).long()
    return seq, order


class PositionalEncoding(nn.Module):
    def __init__(self, dim, length):
        super().__init__()
        position = torch.arange(length).unsqueeze(1)
        div = torch.exp(torch.arange(0, dim, 2) * (-math.log(10000.0) / dim))
        pe = torch.zeros(1, length, dim)
        pe[0, :, 0::2] = torch.sin(position * div)
        pe[0, :, 1::2] = torch.cos(position * div)
        self.register_buffer("pe", pe)

    def forward(self, x):
        return x + self.pe[:, : x.size(1)]


class MotifTransformer(nn.Module):
    def __init__(self):
        super().__init__()
        self.embed = nn.Embedding(VOCAB, DIM)
        self.position = PositionalEncoding(DIM, LENGTH)
        layer = nn.TransformerEncoderLayer(d_model=DIM, nhead=4, dim_feedforward=64, dropout=0.0)
        self.encoder = nn.TransformerEncoder(layer, num_layers=2, enable_nested_tensor=False)
        self.classifier = nn.Linear(DIM, 2)

    def forward(self, tokens):
        h = self.encoder(self.position(self.embed(tokens)))
        return self.classifier(h[:, 0])


def accuracy(model, loader):
    model.eval()
    hits = total = 0
    with torch.no_grad():
        for tokens, target in loader:
            hits += (model(tokens).argmax(-1) == target).sum().item()
            total += len(target)
    return hits / total


train_loader = DataLoader(TensorDataset(*fragments(1600)), batch_size=32, shuffle=True)
test_loader = DataLoader(TensorDataset(*fragments(400)), batch_size=100)
model = MotifTransformer()
optimizer = torch.optim.Adam(model.parameters(), lr=1e-3)
criterion = nn.CrossEntropyLoss()

for epoch in range(8):
    model.train()
    running = 0.0
    for tokens, target in train_loader:
        optimizer.zero_grad()
        loss = criterion(model(tokens), target)
        loss.backward()
        optimizer.step()
        running += loss.item()
    print(f"Epoch {epoch + 1}: loss {running / len(train_loader):.4f}, accuracy {accuracy(model, test_loader):.3f}")

print("METRIC accuracy", accuracy(model, test_loader))
