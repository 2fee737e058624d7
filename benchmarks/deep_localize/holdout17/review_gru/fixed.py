"""Sentiment of short synthetic reviews with an embedding and a GRU."""

import os
import random

import torch
import torch.nn as nn
from torch.nn.utils.rnn import pack_padded_sequence, pad_sequence
from torch.utils.data import DataLoader

SEED = int(os.environ.get("SEED", "0"))
torch.manual_seed(SEED)
random.seed(SEED)
torch.set_num_threads(1)

POSITIVE = "good great superb lovely fine bright warm clever moving fresh".split()
NEGATIVE = "bad dull awful weak slow flat cold clumsy boring stale".split()
FILLER = "the film a plot this and of was with scene actor story music it in one end very".split()
NEGATION = ["not"]
VOCAB = {word: i for i, word in enumerate(["<pad>"] + POSITIVE + NEGATIVE + FILLER + NEGATION)}
MAX_LEN = 60


def make_review():
    label = random.randint(0, 1)
    words = random.choices(FILLER, k=random.randint(3, 12))
    for _ in range(2):
        if random.random() < 0.3:
            phrase = ["not", random.choice(NEGATIVE if label else POSITIVE)]
        else:
            phrase = [random.choice(POSITIVE if label else NEGATIVE)]
        at = random.randint(0, len(words))
        words[at:at] = phrase
    return [VOCAB[word] for word in words], label


def collate(batch):
    lengths = torch.tensor([len(tokens) for tokens, _ in batch])
    tokens = pad_sequence([torch.tensor(tokens) for tokens, _ in batch], batch_first=True)
    padded = torch.zeros(len(batch), MAX_LEN, dtype=torch.long)
    padded[:, : tokens.size(1)] = tokens
    return padded, lengths, torch.tensor([float(label) for _, label in batch])


class SentimentGRU(nn.Module):
    def __init__(self, vocab_size, dim=24, hidden=32):
        super().__init__()
        self.embedding = nn.Embedding(vocab_size, dim, padding_idx=0)
        self.gru = nn.GRU(dim, hidden, batch_first=True)
        self.fc = nn.Linear(hidden, 1)

    def forward(self, tokens, lengths):
        embedded = self.embedding(tokens)
        packed = pack_padded_sequence(embedded, lengths, batch_first=True, enforce_sorted=False)
        _, hidden = self.gru(packed)
        return self.fc(hidden[-1]).squeeze(1)


def accuracy(model, loader):
    model.eval()
    right = total = 0
    with torch.no_grad():
        for tokens, lengths, labels in loader:
            right += ((model(tokens, lengths) > 0).float() == labels).sum().item()
            total += len(labels)
    return right / total


train_loader = DataLoader([make_review() for _ in range(1000)], batch_size=50, shuffle=True, collate_fn=collate)
test_loader = DataLoader([make_review() for _ in range(300)], batch_size=100, collate_fn=collate)
model = SentimentGRU(len(VOCAB))
criterion = nn.BCEWithLogitsLoss()
optimizer = torch.optim.Adam(model.parameters(), lr=5e-3)

for epoch in range(6):
    model.train()
    total = 0.0
    for tokens, lengths, labels in train_loader:
        optimizer.zero_grad()
        loss = criterion(model(tokens, lengths), labels)
        loss.backward()
        nn.utils.clip_grad_norm_(model.parameters(), 1.0)
        optimizer.step()
        total += loss.item()
    print(f"epoch {epoch + 1} loss {total / len(train_loader):.4f} accuracy {accuracy(model, test_loader):.3f}")

print(f"METRIC accuracy {accuracy(model, test_loader):.4f}")
