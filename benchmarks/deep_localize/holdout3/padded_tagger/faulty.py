import os
import random

import torch
import torch.nn as nn
from torch.nn.utils.rnn import pad_sequence
from torch.utils.data import DataLoader

SEED = int(os.environ.get("SEED", "0"))
random.seed(SEED)
torch.manual_seed(SEED)

PAD, VOCAB, TAGS = 0, 40, 4


def make_sentence():
    n = random.randint(4, 14)
    words = [random.randint(1, VOCAB - 1) for _ in range(n)]
    tags = [(w + (words[i - 1] % 2 if i else 0)) % TAGS for i, w in enumerate(words)]
    return torch.tensor(words), torch.tensor(tags)


def collate(batch):
    words, tags = zip(*batch)
    return pad_sequence(words, batch_first=True, padding_value=PAD), pad_sequence(tags, batch_first=True)


class Tagger(nn.Module):
    def __init__(self):
        super().__init__()
        self.embed = nn.Embedding(VOCAB, 24, padding_idx=PAD)
        self.rnn = nn.GRU(24, 48, batch_first=True, bidirectional=True)
        self.out = nn.Linear(96, TAGS)

    def forward(self, words):
        h, _ = self.rnn(self.embed(words))
        return self.out(h)


def run_epoch(model, loader, criterion, optimizer):
    total = 0.0
    for words, tags in loader:
        logits = model(words)
        per_token = criterion(logits.reshape(-1, TAGS), tags.reshape(-1))
        mask = (words == PAD).reshape(-1).float()
        loss = (per_token * mask).sum() / mask.sum().clamp(min=1)
        optimizer.zero_grad()
        loss.backward()
        nn.utils.clip_grad_norm_(model.parameters(), 5.0)
        optimizer.step()
        total += loss.item()
    return total / len(loader)


train = [make_sentence() for _ in range(1200)]
valid = [make_sentence() for _ in range(200)]
model = Tagger()
criterion = nn.CrossEntropyLoss(reduction="none")
optimizer = torch.optim.Adam(model.parameters(), lr=5e-3)
loader = DataLoader(train, batch_size=40, shuffle=True, collate_fn=collate)
for epoch in range(5):
    print("epoch", epoch, "loss", run_epoch(model, loader, criterion, optimizer))
words, tags = collate(valid)
with torch.no_grad():
    hit = (model(words).argmax(-1) == tags)[words != PAD]
print("METRIC token_accuracy", hit.float().mean().item())
