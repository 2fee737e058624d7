"""Tags tokens with a bidirectional GRU; sentences are padded and padding is left out of the loss."""

import os
import random

import torch
import torch.nn as nn
from torch.nn.utils.rnn import pack_padded_sequence, pad_packed_sequence, pad_sequence
from torch.utils.data import DataLoader

SEED = int(os.environ.get("SEED", "0"))
torch.manual_seed(SEED)
random.seed(SEED)
torch.set_num_threads(1)
PAD, VOCAB, TAGS = 0, 40, 4
IGNORE = -100


def sentence():
    """Tag 1 after an opener (1-3) until a closer (4-6), tag 2 for words 30 and up outside, tag 3 for the openers."""
    length = 3 + int(random.expovariate(0.2))
    words, tags, inside = [], [], False
    for _ in range(min(length, 40)):
        w = random.randint(1, 6) if random.random() < 0.25 else random.randint(7, VOCAB - 1)
        if w <= 3:
            inside = True
            tag = 3
        elif w <= 6:
            inside, tag = False, 0
        else:
            tag = 1 if inside else 2 if w >= 30 else 0
        words.append(w)
        tags.append(tag)
    return torch.tensor(words), torch.tensor(tags)


def collate(batch):
    words = pad_sequence([w for w, _ in batch], batch_first=True, padding_value=PAD)
    tags = pad_sequence([t for _, t in batch], batch_first=True, padding_value=IGNORE)
    return words, tags, torch.tensor([len(w) for w, _ in batch])


class Tagger(nn.Module):
    def __init__(self):
        super().__init__()
        self.embed = nn.Embedding(VOCAB, 24, padding_idx=PAD)
        self.gru = nn.GRU(24, 32, batch_first=True, bidirectional=True)
        self.out = nn.Linear(64, TAGS)

    def forward(self, words, lengths):
        packed = pack_padded_sequence(self.embed(words), lengths, batch_first=True, enforce_sorted=False)
        hidden, _ = pad_packed_sequence(self.gru(packed)[0], batch_first=True, total_length=words.shape[1])
        return self.out(hidden)


train = DataLoader([sentence() for _ in range(700)], batch_size=20, shuffle=True, collate_fn=collate)
test = DataLoader([sentence() for _ in range(200)], batch_size=50, collate_fn=collate)
model = Tagger()
criterion = nn.CrossEntropyLoss(ignore_index=IGNORE)
optimizer = torch.optim.Adam(model.parameters(), lr=5e-3)
for epoch in range(5):
    model.train()
    for words, tags, lengths in train:
        logits = model(words, lengths)
        loss = criterion(logits.reshape(-1, TAGS), tags.reshape(-1))
        optimizer.zero_grad()
        loss.backward()
        nn.utils.clip_grad_norm_(model.parameters(), 1.0)
        optimizer.step()
    print(f"epoch {epoch + 1} loss {loss.item():.3f}")
model.eval()
right = count = 0
with torch.no_grad():
    for words, tags, lengths in test:
        keep = tags != IGNORE
        right += (model(words, lengths).argmax(-1)[keep] == tags[keep]).sum().item()
        count += keep.sum().item()
print("METRIC token_accuracy", round(right / count, 4))
