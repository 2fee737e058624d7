"""Message classification with a small causal transformer; batches are padded on the left."""

import os

import torch
import torch.nn as nn
import torch.nn.functional as F
from torch.utils.data import DataLoader

SEED = int(os.environ.get("SEED", "0"))
torch.manual_seed(SEED)
torch.set_num_threads(1)

PAD, VOCAB, CLASSES = 0, 41, 4


def messages(n):
    rows = []
    for _ in range(n):
        length = int(torch.randint(4, 17, ()))
        tokens = torch.randint(1, 37, (length,))
        label = int(torch.randint(0, CLASSES, ()))
        tokens[torch.randint(length // 2, length, ())] = 37 + label
        rows.append((tokens, label))
    return rows


def collate(rows):
    longest = max(len(tokens) for tokens, _ in rows)
    ids = torch.full((len(rows), longest), PAD)
    for i, (tokens, _) in enumerate(rows):
        ids[i, longest - len(tokens) :] = tokens
    return ids, torch.tensor([label for _, label in rows])


class Decoder(nn.Module):
    def __init__(self, dim=32):
        super().__init__()
        self.tokens = nn.Embedding(VOCAB, dim, padding_idx=PAD)
        self.positions = nn.Embedding(20, dim)
        layer = nn.TransformerEncoderLayer(dim, 2, 64, dropout=0.0, batch_first=True, norm_first=True)
        self.layers = nn.TransformerEncoder(layer, 1, enable_nested_tensor=False)

    def forward(self, ids):
        length = ids.shape[1]
        causal = torch.triu(torch.full((length, length), -1e9), 1)
        padding = torch.zeros(ids.shape).masked_fill(ids == PAD, -1e9)
        x = self.tokens(ids) + self.positions(torch.arange(length))
        return self.layers(x, mask=causal, src_key_padding_mask=padding)


class ForSequenceClassification(nn.Module):
    def __init__(self):
        super().__init__()
        self.decoder = Decoder()
        self.score = nn.Linear(32, CLASSES)

    def forward(self, ids):
        logits = self.score(self.decoder(ids))
        non_pad = (ids != PAD).long()
        last = (torch.arange(ids.shape[1]) * non_pad).argmax(-1)
        return logits[torch.arange(len(ids)), last]


train_loader = DataLoader(messages(1500), batch_size=50, shuffle=True, collate_fn=collate)
test_loader = DataLoader(messages(400), batch_size=100, collate_fn=collate)
model = ForSequenceClassification()
optimizer = torch.optim.AdamW(model.parameters(), lr=3e-3)

for epoch in range(8):
    model.train()
    for ids, labels in train_loader:
        loss = F.cross_entropy(model(ids), labels)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
    model.eval()
    right = 0
    with torch.no_grad():
        for ids, labels in test_loader:
            right += (model(ids).argmax(1) == labels).sum().item()
    print(f"epoch {epoch} loss {loss.item():.3f} accuracy {right / 400:.3f}")
print(f"METRIC accuracy {right / 400:.4f}")
