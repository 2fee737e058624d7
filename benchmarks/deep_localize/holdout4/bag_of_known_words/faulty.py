import os
import random

import torch
import torch.nn as nn
import torch.nn.functional as F

SEED = int(os.environ.get("SEED", "0"))
random.seed(SEED)
torch.manual_seed(SEED)

SPORT = "goal match team coach league score player season".split()
SPACE = "orbit planet rocket star launch moon probe comet".split()
OTHER = "the of a and to in was is for on".split()
vocab = {w: i + 1 for i, w in enumerate(SPORT + SPACE + OTHER)}  # 0: padding and unknown


def document():
    label = random.randint(0, 1)
    words = random.choices(OTHER + ["zyx%d" % random.randint(0, 99)] * 4, k=random.randint(3, 10))
    words += random.choices(SPACE if label else SPORT, k=2)
    if random.random() < 0.01:
        words = ["zyx7", "zyx8"]
    ids = [vocab.get(w, 0) for w in words]
    return ids + [0] * (12 - len(ids)), label


class AverageClassifier(nn.Module):
    def __init__(self, n_words, dim=16):
        super().__init__()
        self.embedding = nn.Embedding(n_words, dim, padding_idx=0)
        self.fc = nn.Linear(dim, 2)

    def forward(self, ids):
        known = (ids != 0).float().unsqueeze(-1)
        total = (self.embedding(ids) * known).sum(1)
        return self.fc(total / known.sum(1))


docs = [document() for _ in range(1500)]
ids, labels = torch.tensor([d[0] for d in docs]), torch.tensor([d[1] for d in docs])
model = AverageClassifier(len(vocab) + 1)
optimizer = torch.optim.Adam(model.parameters(), lr=0.01)
for epoch in range(6):
    for idx in torch.randperm(1200).split(40):
        loss = F.cross_entropy(model(ids[idx]), labels[idx])
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
    print(epoch, loss.item())
with torch.no_grad():
    out = model(ids[1200:])
print("accuracy", (out.argmax(1) == labels[1200:]).float().mean().item())
print("METRIC loss", F.cross_entropy(out, labels[1200:]).item())
