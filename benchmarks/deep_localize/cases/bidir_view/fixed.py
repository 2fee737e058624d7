# Report: https://github.com/timbmg/Sentence-VAE/issues/15: hidden (directions, batch, size) is viewed as (batch, 2 * size)
import os
import random

import torch
import torch.nn as nn
from torch.utils.data import DataLoader, TensorDataset

SEED = int(os.environ.get("SEED", "6"))
random.seed(SEED)
torch.manual_seed(SEED)
TOPICS = [list(range(1, 9)), list(range(9, 17)), list(range(17, 25)), list(range(25, 33))]
rows, labels = [], []
for _ in range(2400):
    t = random.randrange(4)
    rows.append([random.choice(TOPICS[t]) if random.random() < 0.4 else random.randrange(1, 33) for _ in range(15)])
    labels.append(t)
X, y = torch.tensor(rows), torch.tensor(labels)
train_loader = DataLoader(TensorDataset(X[:2000], y[:2000]), batch_size=40, shuffle=True)


class Encoder(nn.Module):
    def __init__(self, vocab=33, dim=24, hidden=32):
        super().__init__()
        self.hidden = hidden
        self.embedding = nn.Embedding(vocab, dim)
        self.rnn = nn.GRU(dim, hidden, batch_first=True, bidirectional=True)
        self.classifier = nn.Linear(2 * hidden, 4)

    def forward(self, tokens):
        batch = tokens.size(0)
        _, hidden = self.rnn(self.embedding(tokens))
        hidden = hidden.transpose(0, 1).reshape(batch, 2 * self.hidden)
        return self.classifier(hidden)


model = Encoder()
optimizer = torch.optim.Adam(model.parameters(), lr=5e-3)
for epoch in range(6):
    for tokens, topic in train_loader:
        optimizer.zero_grad()
        loss = nn.functional.cross_entropy(model(tokens), topic)
        loss.backward()
        optimizer.step()
    print("epoch", epoch, loss.item())
model.eval()
with torch.no_grad():
    print("METRIC accuracy", (model(X[2000:]).argmax(1) == y[2000:]).float().mean().item())
