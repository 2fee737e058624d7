import os
import random

import torch
import torch.nn as nn
import torch.nn.functional as F

SEED = int(os.environ.get("SEED", "0"))
random.seed(SEED)
torch.manual_seed(SEED)
PAD, VOCAB, MAXLEN = 0, 30, 16


def make(n):
    """Is word 1 in front of word 2?"""
    ids, labels = torch.zeros(n, MAXLEN, dtype=torch.long), torch.zeros(n, dtype=torch.long)
    for i in range(n):
        length = random.randint(4, MAXLEN)
        seq = [random.randint(3, VOCAB - 1) for _ in range(length)]
        a, b = random.sample(range(length), 2)
        seq[a], seq[b] = 1, 2
        ids[i, :length] = torch.tensor(seq)
        labels[i] = int(a < b)
    return ids, labels


class Attention(nn.Module):
    def __init__(self, d):
        super().__init__()
        self.q, self.k, self.v = nn.Linear(d, d), nn.Linear(d, d), nn.Linear(d, d)

    def forward(self, x, mask):
        scores = self.q(x) @ self.k(x).transpose(1, 2) / x.size(-1) ** 0.5
        scores = scores.masked_fill(~mask.unsqueeze(1), float("-inf"))
        return F.softmax(scores, dim=-1) @ self.v(x)


class Model(nn.Module):
    def __init__(self, d=32):
        super().__init__()
        self.word, self.place = nn.Embedding(VOCAB, d, padding_idx=PAD), nn.Embedding(MAXLEN, d)
        self.attention = Attention(d)
        self.norm = nn.LayerNorm(d)
        self.mlp = nn.Sequential(nn.Linear(d, 2 * d), nn.ReLU(), nn.Linear(2 * d, 2))

    def forward(self, ids):
        mask = ids != PAD
        x = self.word(ids) + self.place(torch.arange(ids.size(1)))
        x = self.norm(x + self.attention(x, mask)) * mask.unsqueeze(-1)
        return self.mlp(x.sum(1) / mask.sum(1, keepdim=True))


ids, labels = make(3000)
test_ids, test_labels = make(500)
model = Model()
opt = torch.optim.Adam(model.parameters(), lr=4e-3)
for epoch in range(8):
    for idx in torch.randperm(len(ids)).split(60):
        loss = F.cross_entropy(model(ids[idx]), labels[idx])
        opt.zero_grad()
        loss.backward()
        opt.step()
    print(epoch, loss.item())
with torch.no_grad():
    print("METRIC accuracy", (model(test_ids).argmax(1) == test_labels).float().mean().item())
