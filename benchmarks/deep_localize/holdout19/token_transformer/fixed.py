"""Decide which of two tokens is more frequent in a sequence, with a transformer encoder."""

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

VOCAB, LENGTH, D_MODEL = 12, 17, 32


class SequenceClassifier(nn.Module):
    def __init__(self):
        super().__init__()
        self.embed = nn.Embedding(VOCAB + 1, D_MODEL)
        self.position = nn.Parameter(torch.randn(1, LENGTH + 1, D_MODEL) * 0.02)
        layer = nn.TransformerEncoderLayer(D_MODEL, nhead=4, dim_feedforward=64, dropout=0.0, batch_first=True)
        self.encoder = nn.TransformerEncoder(layer, num_layers=2)
        self.classifier = nn.Linear(D_MODEL, 2)

    def forward(self, tokens):
        cls = torch.full((tokens.size(0), 1), VOCAB, dtype=torch.long)
        h = self.embed(torch.cat([cls, tokens], dim=1)) + self.position
        return self.classifier(self.encoder(h)[:, 0])


def make_data(n, rng):
    x = rng.integers(0, VOCAB, (n, LENGTH))
    heavy = rng.integers(0, 2, n)
    for row, token in zip(x, heavy):
        places = rng.choice(LENGTH, 6, replace=False)
        row[row < 2] += 2
        row[places[:4]] = token
        row[places[4:]] = 1 - token
    return torch.from_numpy(x), torch.from_numpy(heavy)


rng = np.random.default_rng(SEED)
train_x, train_y = make_data(1500, rng)
test_x, test_y = make_data(400, rng)

model = SequenceClassifier()
criterion = nn.CrossEntropyLoss()
optimizer = torch.optim.Adam(model.parameters(), lr=0.001)

EPOCHS = 6
for epoch in range(EPOCHS):
    model.train()
    total_loss, total_right = 0.0, 0
    for idx in torch.randperm(len(train_x)).split(50):
        optimizer.zero_grad()
        logits = model(train_x[idx])
        loss = criterion(logits, train_y[idx])
        loss.backward()
        optimizer.step()
        total_loss += loss.item() * len(idx)
        total_right += (logits.argmax(1) == train_y[idx]).sum().item()
    print(f"epoch {epoch}: loss {total_loss / len(train_x):.4f} acc {total_right / len(train_x):.3f}")

model.eval()
with torch.no_grad():
    test_acc = (model(test_x).argmax(1) == test_y).float().mean().item()
print("METRIC test_accuracy", test_acc)
