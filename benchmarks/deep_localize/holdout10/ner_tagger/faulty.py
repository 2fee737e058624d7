"""BiGRU tagger for short command sentences (BIO tags), sentences padded per batch."""

import os
import random

import torch
import torch.nn as nn
from torch.nn.utils.rnn import pad_sequence
from torch.utils.data import DataLoader, Dataset

SEED = int(os.environ.get("SEED", "0"))
random.seed(SEED)
torch.manual_seed(SEED)
torch.set_num_threads(1)

TAGS = ["O", "B-LOC", "I-LOC", "B-TIME", "I-TIME"]
FILLER = [f"w{i}" for i in range(60)]
CITIES = [f"city{i}" for i in range(25)]
HOURS = [f"h{i}" for i in range(12)]
WORDS = ["<pad>"] + FILLER + CITIES + HOURS + ["to", "at", "new", "quarter"]
VOCAB = {w: i for i, w in enumerate(WORDS)}
PAD = 0


def make_sentence():
    words, tags = [], []
    for _ in range(random.randint(2, 4)):
        for _ in range(random.randint(1, 3)):
            words.append(random.choice(FILLER))
            tags.append("O")
        kind = random.random()
        if kind < 0.4:
            words.append("to")
            tags.append("O")
            if random.random() < 0.4:
                words += ["new", random.choice(CITIES)]
                tags += ["B-LOC", "I-LOC"]
            else:
                words.append(random.choice(CITIES))
                tags.append("B-LOC")
        elif kind < 0.8:
            words.append("at")
            tags.append("O")
            if random.random() < 0.4:
                words += ["quarter", random.choice(HOURS)]
                tags += ["B-TIME", "I-TIME"]
            else:
                words.append(random.choice(HOURS))
                tags.append("B-TIME")
        else:
            # a city's name that is not a place
            words.append(random.choice(CITIES))
            tags.append("O")
    return [VOCAB[w] for w in words], [TAGS.index(t) for t in tags]


class Sentences(Dataset):
    def __init__(self, n):
        self.items = [make_sentence() for _ in range(n)]

    def __len__(self):
        return len(self.items)

    def __getitem__(self, i):
        words, tags = self.items[i]
        return torch.tensor(words), torch.tensor(tags)


def collate(batch):
    words, tags = zip(*batch)
    words = pad_sequence(words, batch_first=True, padding_value=PAD)
    tags = pad_sequence(tags, batch_first=True, padding_value=PAD)
    return words, tags


class Tagger(nn.Module):
    def __init__(self, vocab, tags, emb=24, hidden=32):
        super().__init__()
        self.embedding = nn.Embedding(vocab, emb, padding_idx=PAD)
        self.gru = nn.GRU(emb, hidden, batch_first=True, bidirectional=True)
        self.dropout = nn.Dropout(0.1)
        self.out = nn.Linear(2 * hidden, tags)

    def forward(self, x):
        h, _ = self.gru(self.embedding(x))
        return self.out(self.dropout(h))


train_loader = DataLoader(Sentences(1200), batch_size=32, shuffle=True, collate_fn=collate)
test_set = Sentences(300)
model = Tagger(len(WORDS), len(TAGS))
criterion = nn.CrossEntropyLoss(ignore_index=PAD)
optimizer = torch.optim.Adam(model.parameters(), lr=3e-3)


@torch.no_grad()
def token_accuracy():
    model.eval()
    right = total = 0
    for words, tags in test_set:
        pred = model(words[None]).argmax(-1)[0]
        right += (pred == tags).sum().item()
        total += len(tags)
    return right / total


for epoch in range(5):
    model.train()
    total = 0.0
    for words, tags in train_loader:
        logits = model(words)
        loss = criterion(logits.reshape(-1, len(TAGS)), tags.reshape(-1))
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        total += loss.item()
    print(f"epoch {epoch} loss {total / len(train_loader):.4f} acc {token_accuracy():.3f}")

print("METRIC accuracy", token_accuracy())
