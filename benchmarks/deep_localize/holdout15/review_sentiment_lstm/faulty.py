"""Sentiment of (synthetic) reviews: word ids, fixed length batches, LSTM and one logit."""

import os
import random

import torch
from torch import nn
from torch.utils.data import DataLoader

SEED = int(os.environ.get("SEED", "0"))
torch.manual_seed(SEED)
random.seed(SEED)
torch.set_num_threads(1)

PAD, VOCAB, MAX_LEN = 0, 200, 40
POSITIVE, NEGATIVE = list(range(1, 21)), list(range(21, 41))


def make_review():
    label = random.random() < 0.5
    length = random.randint(5, 14)
    words = [random.randint(41, VOCAB - 1) for _ in range(length)]
    for i in random.sample(range(length), 2):
        words[i] = random.choice(POSITIVE if label else NEGATIVE)
    return words, float(label)


def collate(reviews):
    tokens = torch.full((len(reviews), MAX_LEN), PAD)
    lengths = torch.tensor([len(words) for words, _ in reviews])
    for row, (words, _) in enumerate(reviews):
        tokens[row, : len(words)] = torch.tensor(words)
    return tokens, lengths, torch.tensor([label for _, label in reviews])


class SentimentLSTM(nn.Module):
    def __init__(self, embedding_dim=24, hidden=32):
        super().__init__()
        self.embedding = nn.Embedding(VOCAB, embedding_dim, padding_idx=PAD)
        self.lstm = nn.LSTM(embedding_dim, hidden, batch_first=True)
        self.dropout = nn.Dropout(0.2)
        self.fc = nn.Linear(hidden, 1)

    def forward(self, tokens, lengths):
        embedded = self.embedding(tokens)
        _, (hidden, _) = self.lstm(embedded)
        return self.fc(self.dropout(hidden[-1])).squeeze(1)


def run_epoch(loader, model, criterion, optimizer=None):
    model.train(optimizer is not None)
    total = correct = 0
    with torch.set_grad_enabled(optimizer is not None):
        for tokens, lengths, labels in loader:
            logits = model(tokens, lengths)
            loss = criterion(logits, labels)
            if optimizer is not None:
                optimizer.zero_grad()
                loss.backward()
                nn.utils.clip_grad_norm_(model.parameters(), 5.0)
                optimizer.step()
            correct += ((logits > 0) == (labels > 0.5)).sum().item()
            total += len(labels)
    return correct / total


train_loader = DataLoader([make_review() for _ in range(1000)], batch_size=50, shuffle=True, collate_fn=collate)
test_loader = DataLoader([make_review() for _ in range(400)], batch_size=100, collate_fn=collate)
model = SentimentLSTM()
criterion = nn.BCEWithLogitsLoss()
optimizer = torch.optim.Adam(model.parameters(), lr=4e-3)
for epoch in range(6):
    train_acc = run_epoch(train_loader, model, criterion, optimizer)
    test_acc = run_epoch(test_loader, model, criterion)
    print(f"epoch {epoch + 1}: train {train_acc:.3f} test {test_acc:.3f}")
print("METRIC test_accuracy", round(test_acc, 4))
