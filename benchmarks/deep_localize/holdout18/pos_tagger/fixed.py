"""BiLSTM part-of-speech tagger on a small artificial grammar."""

import os
import random

import torch
import torch.nn as nn
from torch.nn.utils.rnn import pad_sequence
from torch.utils.data import DataLoader

SEED = int(os.environ.get("SEED", "0"))
random.seed(SEED)
torch.manual_seed(SEED)
torch.set_num_threads(1)

TAGS = ["DET", "ADJ", "NOUN", "VERB", "ADV"]
FOLLOWS = {
    "DET": ["ADJ", "NOUN"],
    "ADJ": ["NOUN", "NOUN", "ADJ"],
    "NOUN": ["VERB", "VERB", "ADV"],
    "VERB": ["DET", "ADV", "NOUN"],
    "ADV": ["VERB", "DET"],
}
WORDS = {tag: [f"{tag.lower()}{i}" for i in range(12)] for tag in TAGS}
# words that occur as noun and as verb
BOTH = [f"nv{i}" for i in range(10)]
PAD_TAG = -100


def sentence():
    tag = random.choice(["DET", "NOUN", "ADV"])
    words, tags = [], []
    for _ in range(random.randint(5, 11)):
        pool = BOTH if tag in ("NOUN", "VERB") and random.random() < 0.4 else WORDS[tag]
        words.append(random.choice(pool))
        tags.append(tag)
        tag = random.choice(FOLLOWS[tag])
    return words, tags


vocab = {"<pad>": 0}
for word in [w for tag in TAGS for w in WORDS[tag]] + BOTH:
    vocab[word] = len(vocab)
tag_ids = {tag: i for i, tag in enumerate(TAGS)}


def collate(batch):
    x = [torch.tensor([vocab[w] for w in words]) for words, _ in batch]
    y = [torch.tensor([tag_ids[t] for t in tags]) for _, tags in batch]
    x = pad_sequence(x, batch_first=True, padding_value=0)
    y = pad_sequence(y, batch_first=True, padding_value=PAD_TAG)
    return x, y


class Tagger(nn.Module):
    def __init__(self, emb=24, hidden=24):
        super().__init__()
        self.embedding = nn.Embedding(len(vocab), emb, padding_idx=0)
        self.lstm = nn.LSTM(emb, hidden, batch_first=True, bidirectional=True)
        self.classifier = nn.Linear(2 * hidden, len(TAGS))

    def forward(self, x):
        h, _ = self.lstm(self.embedding(x))
        return self.classifier(h)


def accuracy(model, loader):
    model.eval()
    right = total = 0
    with torch.no_grad():
        for x, y in loader:
            pred = model(x).argmax(-1)
            keep = y != PAD_TAG
            right += (pred[keep] == y[keep]).sum().item()
            total += keep.sum().item()
    return right / total


train_loader = DataLoader([sentence() for _ in range(800)], batch_size=32, shuffle=True, collate_fn=collate)
test_loader = DataLoader([sentence() for _ in range(200)], batch_size=100, collate_fn=collate)

model = Tagger()
criterion = nn.CrossEntropyLoss(ignore_index=PAD_TAG)
optimizer = torch.optim.Adam(model.parameters(), lr=5e-3)

for epoch in range(6):
    model.train()
    for x, y in train_loader:
        optimizer.zero_grad()
        logits = model(x)
        # CrossEntropyLoss expects (batch, classes, time)
        loss = criterion(logits.permute(0, 2, 1), y)
        loss.backward()
        optimizer.step()
    acc = accuracy(model, test_loader)
    print(f"epoch {epoch + 1} loss {loss.item():.3f} test acc {acc:.3f}")

print(f"METRIC test_accuracy {acc:.4f}")
