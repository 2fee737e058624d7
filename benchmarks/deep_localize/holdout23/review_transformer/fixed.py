"""Sentiment of short padded reviews with a transformer encoder and a [CLS] token."""

import os
import random

import numpy as np
import torch
from torch import nn

SEED = int(os.environ.get("SEED", "0"))
random.seed(SEED)
np.random.seed(SEED)
torch.manual_seed(SEED)
torch.set_num_threads(1)

PAD, CLS = 0, 1
POSITIVE = list(range(2, 12))
NEGATIVE = list(range(12, 22))
NEUTRAL = list(range(22, 60))
VOCAB = 60
MAX_LEN = 16


def make_review():
    """One review of 5 to 14 words and whether its tone is positive."""
    label = random.randint(0, 1)
    length = random.randint(5, 14)
    words = []
    for _ in range(length):
        u = random.random()
        if u < 0.35:
            words.append(random.choice(POSITIVE if label else NEGATIVE))
        elif u < 0.42:
            words.append(random.choice(NEGATIVE if label else POSITIVE))
        else:
            words.append(random.choice(NEUTRAL))
    return [CLS] + words, label


def collate(reviews):
    tokens = torch.full((len(reviews), MAX_LEN), PAD)
    for row, (words, _) in enumerate(reviews):
        tokens[row, : len(words)] = torch.tensor(words)
    labels = torch.tensor([label for _, label in reviews])
    return tokens, labels


class ReviewClassifier(nn.Module):
    def __init__(self, d_model=32, heads=4, layers=2):
        super().__init__()
        self.embed = nn.Embedding(VOCAB, d_model, padding_idx=PAD)
        self.pos = nn.Parameter(torch.randn(MAX_LEN, d_model) * 0.02)
        block = nn.TransformerEncoderLayer(d_model, heads, dim_feedforward=64, dropout=0.1, batch_first=True)
        self.encoder = nn.TransformerEncoder(block, layers, enable_nested_tensor=False)
        self.head = nn.Linear(d_model, 2)

    def forward(self, tokens):
        mask = tokens == PAD
        x = self.embed(tokens) + self.pos
        x = self.encoder(x, src_key_padding_mask=mask)
        return self.head(x[:, 0])


def accuracy(model, tokens, labels):
    model.eval()
    with torch.no_grad():
        return (model(tokens).argmax(-1) == labels).float().mean().item()


train_tokens, train_labels = collate([make_review() for _ in range(1600)])
test_tokens, test_labels = collate([make_review() for _ in range(400)])

model = ReviewClassifier()
optimizer = torch.optim.AdamW(model.parameters(), lr=1e-3, weight_decay=0.01)
criterion = nn.CrossEntropyLoss()

for epoch in range(6):
    model.train()
    total = 0.0
    for batch in torch.randperm(len(train_tokens)).split(32):
        loss = criterion(model(train_tokens[batch]), train_labels[batch])
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        total += loss.item() * len(batch)
    print(f"epoch {epoch}: loss {total / len(train_tokens):.3f} test {accuracy(model, test_tokens, test_labels):.3f}")

print(f"METRIC test_accuracy {accuracy(model, test_tokens, test_labels):.4f}")
