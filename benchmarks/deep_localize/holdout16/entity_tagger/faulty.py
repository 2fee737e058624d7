"""BiLSTM tagger: marks amounts, units and ingredients in short recipe lines."""

import os
import random

import torch
from torch import nn
from torch.nn.utils.rnn import pad_sequence
from torch.utils.data import DataLoader

SEED = int(os.environ.get("SEED", "0"))
random.seed(SEED)
torch.manual_seed(SEED)
torch.set_num_threads(1)

AMOUNTS = [f"n{i}" for i in range(12)]
UNITS = ["g", "kg", "cup", "cups", "spoon", "ml"]
FOODS = [f"food{i}" for i in range(40)]
OTHER = ["add", "then", "stir", "in", "with", "some", "of", "fresh", "slowly", "and", "clove", "orange"]
TAGS = ["O", "AMOUNT", "UNIT", "FOOD", "DURATION"]
WORDS = ["<pad>"] + AMOUNTS + UNITS + FOODS + OTHER + ["minutes"]
word_id = {w: i for i, w in enumerate(WORDS)}
tag_id = {t: i for i, t in enumerate(TAGS)}
PAD_TAG = -100


def make_line():
    words, tags = [], []
    for _ in range(random.randint(1, 4)):
        kind = random.random()
        if kind < 0.45:
            words += [random.choice(AMOUNTS), random.choice(UNITS), random.choice(FOODS)]
            tags += ["AMOUNT", "UNIT", "FOOD"]
        elif kind < 0.65:
            words += [random.choice(AMOUNTS), "minutes"]
            tags += ["DURATION", "DURATION"]
        else:
            words += random.choices(OTHER, k=random.randint(1, 4))
            tags += ["O"] * (len(words) - len(tags))
    return torch.tensor([word_id[w] for w in words]), torch.tensor([tag_id[t] for t in tags])


def collate(lines):
    words, tags = zip(*lines)
    return (
        pad_sequence(words, batch_first=True, padding_value=0),
        pad_sequence(tags, batch_first=True, padding_value=PAD_TAG),
    )


class Tagger(nn.Module):
    def __init__(self, n_words, n_tags, dim=32, hidden=32):
        super().__init__()
        self.embed = nn.Embedding(n_words, dim, padding_idx=0)
        self.lstm = nn.LSTM(dim, hidden, batch_first=True, bidirectional=True)
        self.dropout = nn.Dropout(0.2)
        self.classifier = nn.Linear(2 * hidden, n_tags)

    def forward(self, words):
        states, _ = self.lstm(self.embed(words))
        return self.classifier(self.dropout(states))


train_loader = DataLoader([make_line() for _ in range(800)], batch_size=32, shuffle=True, collate_fn=collate)
test_loader = DataLoader([make_line() for _ in range(200)], batch_size=100, collate_fn=collate)
model = Tagger(len(WORDS), len(TAGS))
criterion = nn.CrossEntropyLoss(ignore_index=PAD_TAG)
optimizer = torch.optim.Adam(model.parameters(), lr=5e-3)


def evaluate():
    model.eval()
    right = total = 0
    with torch.no_grad():
        for words, tags in test_loader:
            keep = tags != PAD_TAG
            right += (model(words).argmax(-1) == tags)[keep].sum().item()
            total += keep.sum().item()
    return right / total


for epoch in range(8):
    model.train()
    for words, tags in train_loader:
        logits = model(words)
        batch, length, n_tags = logits.shape
        loss = criterion(logits.view(batch, n_tags, length), tags)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
    score = evaluate()
    print(f"epoch {epoch + 1} loss {loss.item():.4f} accuracy {score:.4f}")

print(f"METRIC tag_accuracy {score:.4f}")
