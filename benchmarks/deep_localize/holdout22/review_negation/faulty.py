"""Sentiment of short reviews with negations: a transformer encoder that reads a [CLS] token."""

import math
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

GOOD = ["great", "lovely", "superb", "fun", "warm"]
BAD = ["awful", "dull", "slow", "weak", "cold"]
OTHER = ["the", "film", "was", "and", "plot", "cast", "with", "a", "scene", "very"]
WORDS = ["[CLS]", "not"] + GOOD + BAD + OTHER
INDEX = {word: i for i, word in enumerate(WORDS)}
LENGTH = 10


def review():
    words = random.choices(OTHER, k=LENGTH - 1)
    positive = random.random() < 0.5
    negated = random.random() < 0.3
    place = random.randrange(1, LENGTH - 1)
    words[place] = random.choice(GOOD if positive != negated else BAD)
    if negated:
        words[place - 1] = "not"
    return [INDEX["[CLS]"]] + [INDEX[w] for w in words], int(positive)


def corpus(count):
    texts, labels = zip(*(review() for _ in range(count)))
    return torch.tensor(texts), torch.tensor(labels)


class PositionalEncoding(nn.Module):
    def __init__(self, width, length):
        super().__init__()
        position = torch.arange(length).unsqueeze(1)
        scale = torch.exp(torch.arange(0, width, 2) * (-math.log(10000.0) / width))
        table = torch.zeros(1, length, width)
        table[0, :, 0::2] = torch.sin(position * scale)
        table[0, :, 1::2] = torch.cos(position * scale)
        self.register_buffer("table", table)

    def forward(self, x):
        return x + self.table


class ReviewClassifier(nn.Module):
    def __init__(self, width=32, heads=4):
        super().__init__()
        self.embedding = nn.Embedding(len(WORDS), width)
        self.position = PositionalEncoding(width, LENGTH)
        layer = nn.TransformerEncoderLayer(width, heads, dim_feedforward=64, dropout=0.0)
        self.encoder = nn.TransformerEncoder(layer, num_layers=2)
        self.classifier = nn.Linear(width, 2)

    def forward(self, tokens):
        hidden = self.encoder(self.position(self.embedding(tokens)))
        return self.classifier(hidden[:, 0])


train_x, train_y = corpus(1600)
test_x, test_y = corpus(400)
model = ReviewClassifier()
optimizer = torch.optim.Adam(model.parameters(), lr=2e-3)
criterion = nn.CrossEntropyLoss()

for epoch in range(10):
    model.train()
    running = []
    for batch in torch.randperm(len(train_x)).split(64):
        loss = criterion(model(train_x[batch]), train_y[batch])
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        running.append(loss.item())
    print(f"epoch {epoch}: loss {np.mean(running):.4f}")

model.eval()
with torch.no_grad():
    accuracy = (model(test_x).argmax(1) == test_y).float().mean().item()
print(f"METRIC test_accuracy {accuracy:.4f}")
