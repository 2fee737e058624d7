# tiny sentiment transformer; reviews of different length, 0 is <pad>
import os
import random

import torch
from torch import nn
from torch.utils.data import DataLoader

SEED = int(os.environ.get("SEED", "0"))
random.seed(SEED)
torch.manual_seed(SEED)

PAD, NOT, GOOD, BAD = 0, 1, [2, 3, 4], [5, 6, 7]
FILLER = list(range(8, 20))
MAX_LEN = 16


def make_review():
    n = random.randint(5, MAX_LEN - 2)
    label = random.randint(0, 1)
    negated = random.random() < 0.5
    shown = label ^ negated
    words = [random.choice(FILLER) for _ in range(n)]
    spots = random.sample(range(n), 3)
    words[spots[0]] = random.choice(GOOD if shown else BAD)
    words[spots[1]] = random.choice(GOOD if shown else BAD)
    if negated:
        words[spots[2]] = NOT
    return words, label


def collate(batch):
    tokens = torch.zeros(len(batch), MAX_LEN, dtype=torch.long)
    for i, (words, _) in enumerate(batch):
        tokens[i, : len(words)] = torch.tensor(words)
    return tokens, torch.tensor([label for _, label in batch])


class Classifier(nn.Module):
    def __init__(self, d=32):
        super().__init__()
        self.embedding = nn.Embedding(20, d, padding_idx=PAD)
        layer = nn.TransformerEncoderLayer(d, 4, 64, dropout=0.0, batch_first=True)
        self.encoder = nn.TransformerEncoder(layer, 2, enable_nested_tensor=False)
        self.fc = nn.Linear(d, 2)

    def forward(self, tokens):
        mask = tokens != PAD
        h = self.encoder(self.embedding(tokens), src_key_padding_mask=mask)
        keep = (tokens != PAD).unsqueeze(-1).float()
        return self.fc((h * keep).sum(1) / keep.sum(1))


train = [make_review() for _ in range(1400)]
test = [make_review() for _ in range(400)]
loader = DataLoader(train, batch_size=64, shuffle=True, collate_fn=collate)
model = Classifier()
opt = torch.optim.Adam(model.parameters(), lr=2e-3)
ce = nn.CrossEntropyLoss()
for epoch in range(8):
    model.train()
    for tokens, labels in loader:
        opt.zero_grad()
        loss = ce(model(tokens), labels)
        loss.backward()
        opt.step()
    print(epoch, loss.item())

tokens, labels = collate(test)
with torch.no_grad():
    acc = (model(tokens).argmax(1) == labels).float().mean().item()
print("METRIC accuracy", acc)
