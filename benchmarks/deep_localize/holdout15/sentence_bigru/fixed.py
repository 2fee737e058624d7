"""Which of three templates produced a token sequence? Embedding, bidirectional GRU, linear layer."""

import os

import torch
import torch.nn as nn
from torch.utils.data import DataLoader, TensorDataset

SEED = int(os.environ.get("SEED", "0"))
torch.manual_seed(SEED)
torch.set_num_threads(1)


class Config:
    vocab = 30
    length = 10
    embedding = 16
    hidden = 24
    classes = 3
    batch_size = 40
    epochs = 5
    lr = 5e-3


def build_data(cfg, n):
    """Class 0: marker near the start, class 1: marker near the end, class 2: none."""
    x = torch.randint(2, cfg.vocab, (n, cfg.length))
    y = torch.randint(0, cfg.classes, (n,))
    for i in range(n):
        if y[i] == 0:
            x[i, torch.randint(0, 3, ())] = 1
        elif y[i] == 1:
            x[i, cfg.length - 1 - torch.randint(0, 3, ())] = 1
    return TensorDataset(x, y)


class SentenceClassifier(nn.Module):
    def __init__(self, cfg):
        super().__init__()
        self.embedding = nn.Embedding(cfg.vocab, cfg.embedding)
        self.encoder_rnn = nn.GRU(cfg.embedding, cfg.hidden, batch_first=True, bidirectional=True)
        self.hidden2class = nn.Linear(2 * cfg.hidden, cfg.classes)
        self.hidden_size = cfg.hidden

    def forward(self, x):
        batch_size = x.size(0)
        _, hidden = self.encoder_rnn(self.embedding(x))
        # flatten the hidden state of both directions
        hidden = hidden.transpose(0, 1).reshape(batch_size, 2 * self.hidden_size)
        return self.hidden2class(hidden)


def evaluate(model, loader):
    model.eval()
    correct = total = 0
    with torch.no_grad():
        for x, y in loader:
            correct += (model(x).argmax(1) == y).sum().item()
            total += len(y)
    return correct / total


cfg = Config()
train_loader = DataLoader(build_data(cfg, 1200), batch_size=cfg.batch_size, shuffle=True, drop_last=True)
test_loader = DataLoader(build_data(cfg, 400), batch_size=cfg.batch_size)
model = SentenceClassifier(cfg)
criterion = nn.CrossEntropyLoss()
optimizer = torch.optim.Adam(model.parameters(), lr=cfg.lr)
for epoch in range(cfg.epochs):
    model.train()
    for x, y in train_loader:
        loss = criterion(model(x), y)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
    print(f"epoch {epoch} loss {loss.item():.3f} test {evaluate(model, test_loader):.3f}")
print("METRIC test_accuracy", evaluate(model, test_loader))
