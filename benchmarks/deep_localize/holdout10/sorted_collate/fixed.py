"""Sequence classification with packed sequences; the collate function sorts by length."""

import os

import torch
import torch.nn as nn
from torch.nn.utils.rnn import pack_padded_sequence, pad_sequence
from torch.utils.data import DataLoader

SEED = int(os.environ.get("SEED", "0"))
torch.manual_seed(SEED)
torch.set_num_threads(1)

GESTURES = 4


def gesture(kind):
    """A 2-D stroke of random length: circle, line, zigzag or spiral."""
    length = torch.randint(10, 25, ()).item()
    t = torch.linspace(0, 1, length)
    turn = 2 * torch.pi * (t + torch.rand(()))
    if kind == 0:
        xy = torch.stack([turn.cos(), turn.sin()], 1)
    elif kind == 1:
        direction = torch.randn(2)
        xy = t[:, None] * direction / direction.norm() * 2 - direction / direction.norm()
    elif kind == 2:
        xy = torch.stack([2 * t - 1, (torch.arange(length) % 4 < 2).float() - 0.5], 1)
    else:
        xy = torch.stack([t * turn.cos(), t * turn.sin()], 1)
    return xy + 0.08 * torch.randn(length, 2)


def make(n):
    kinds = torch.randint(GESTURES, (n,)).tolist()
    return [(gesture(k), k) for k in kinds]


def collate_by_length(batch):
    """Longest first, as pack_padded_sequence wants it."""
    batch = sorted(batch, key=lambda pair: len(pair[0]), reverse=True)
    strokes = [s for s, _ in batch]
    labels = torch.tensor([k for _, k in batch])
    lengths = torch.tensor([len(s) for s in strokes])
    return pad_sequence(strokes), lengths, labels


class StrokeLSTM(nn.Module):
    def __init__(self, hidden=32):
        super().__init__()
        self.lstm = nn.LSTM(2, hidden)
        self.fc = nn.Linear(hidden, GESTURES)

    def forward(self, padded, lengths):
        packed = pack_padded_sequence(padded, lengths)
        _, (h, _) = self.lstm(packed)
        return self.fc(h[-1])


train_loader = DataLoader(make(800), batch_size=32, shuffle=True, collate_fn=collate_by_length)
test_set = make(300)
model = StrokeLSTM()
criterion = nn.CrossEntropyLoss()
optimizer = torch.optim.Adam(model.parameters(), lr=5e-3)


@torch.no_grad()
def accuracy():
    hits = 0
    for stroke, kind in test_set:
        logits = model(stroke.unsqueeze(1), torch.tensor([len(stroke)]))
        hits += int(logits.argmax() == kind)
    return hits / len(test_set)


for epoch in range(8):
    for padded, lengths, labels in train_loader:
        loss = criterion(model(padded, lengths), labels)
        optimizer.zero_grad()
        loss.backward()
        nn.utils.clip_grad_norm_(model.parameters(), 5.0)
        optimizer.step()
    print(f"epoch {epoch} | last loss {loss.item():.4f}")

print("METRIC accuracy", accuracy())
