"""Slot filling for travel requests: a BiLSTM labels each word; sentences are padded within a batch."""

import os
import random

import torch
from torch import nn
from torch.nn.utils.rnn import pack_padded_sequence, pad_packed_sequence, pad_sequence
from torch.utils.data import DataLoader

SEED = int(os.environ.get("SEED", "0"))
torch.manual_seed(SEED)
random.seed(SEED)
torch.set_num_threads(1)

CITIES = "paris rome oslo tokyo lima cairo delhi berlin".split()
DAYS = "monday tuesday wednesday thursday friday saturday sunday".split()
CLASSES = "economy business first".split()
TAGS = ["PAD", "O", "FROM", "TO", "DAY", "CLASS"]
TAG_ID = {t: i for i, t in enumerate(TAGS)}
TEMPLATES = [
    "fly from {FROM} to {TO} on {DAY}",
    "book a {CLASS} seat to {TO} from {FROM}",
    "i need to be in {TO} on {DAY} leaving {FROM}",
    "{CLASS} tickets {FROM} {TO} please",
    "on {DAY} take me to {TO}",
    "any {CLASS} flights out of {FROM} this {DAY}",
]
FILL = {"FROM": CITIES, "TO": CITIES, "DAY": DAYS, "CLASS": CLASSES}


def sentence():
    words, tags = [], []
    for token in random.choice(TEMPLATES).split():
        if token.startswith("{"):
            slot = token.strip("{}")
            words.append(random.choice(FILL[slot]))
            tags.append(slot)
        else:
            words.append(token)
            tags.append("O")
    return words, tags


train = [sentence() for _ in range(900)]
valid = [sentence() for _ in range(200)]
vocab = {w: i + 1 for i, w in enumerate(sorted({w for words, _ in train + valid for w in words}))}


def collate(rows):
    x = [torch.tensor([vocab[w] for w in words]) for words, _ in rows]
    y = [torch.tensor([TAG_ID[t] for t in tags]) for _, tags in rows]
    lengths = torch.tensor([len(s) for s in x])
    return pad_sequence(x, batch_first=True), pad_sequence(y, batch_first=True), lengths


class SlotTagger(nn.Module):
    def __init__(self, n_words, n_tags, dim=24, hidden=24):
        super().__init__()
        self.embed = nn.Embedding(n_words, dim, padding_idx=0)
        self.lstm = nn.LSTM(dim, hidden, batch_first=True, bidirectional=True)
        self.dropout = nn.Dropout(0.2)
        self.out = nn.Linear(2 * hidden, n_tags)

    def forward(self, x, lengths):
        packed = pack_padded_sequence(self.embed(x), lengths, batch_first=True, enforce_sorted=False)
        states, _ = pad_packed_sequence(self.lstm(packed)[0], batch_first=True)
        return self.out(self.dropout(states))


def evaluate(model, loader):
    model.eval()
    right = total = 0
    with torch.no_grad():
        for x, y, lengths in loader:
            pred = model(x, lengths).argmax(-1)
            slots = y > TAG_ID["O"]
            right += (pred[slots] == y[slots]).sum().item()
            total += slots.sum().item()
    return right / total


train_loader = DataLoader(train, batch_size=32, shuffle=True, collate_fn=collate)
valid_loader = DataLoader(valid, batch_size=100, collate_fn=collate)
model = SlotTagger(len(vocab) + 1, len(TAGS))
criterion = nn.CrossEntropyLoss(ignore_index=TAG_ID["PAD"])
optimizer = torch.optim.Adam(model.parameters(), lr=5e-3)

for epoch in range(6):
    model.train()
    for x, y, lengths in train_loader:
        logits = model(x, lengths)
        loss = criterion(logits.view(len(x), len(TAGS), -1), y)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
    accuracy = evaluate(model, valid_loader)
    print(f"epoch {epoch} loss {loss.item():.4f} slot accuracy {accuracy:.3f}")

print(f"METRIC slot_accuracy {accuracy:.4f}")
