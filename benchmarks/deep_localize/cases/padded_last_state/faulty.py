# Report: https://seungminnam.github.io/DL-Projects/5_LSTM_Sentiment/summary.html: last state after long padding, 51 %
import os
import random

import torch
import torch.nn as nn
from torch.utils.data import DataLoader, Dataset

SEED = int(os.environ.get("SEED", "3"))
random.seed(SEED)
torch.manual_seed(SEED)
GOOD = "great lovely superb moving clever funny bright strong".split()
BAD = "dull awful boring weak silly flat noisy clumsy".split()
FILL = "the a film plot actor scene with and it was very some story end of".split()
VOCAB = {w: i + 1 for i, w in enumerate(GOOD + BAD + FILL)}
MAXLEN = 200


def review():
    label = random.randint(0, 1)
    words = [random.choice(FILL) for _ in range(random.randint(6, 25))]
    for _ in range(3):
        words.insert(random.randrange(len(words)), random.choice(GOOD if label else BAD))
    return words, label


class Reviews(Dataset):
    def __init__(self, n):
        self.rows = [review() for _ in range(n)]

    def __len__(self):
        return len(self.rows)

    def __getitem__(self, i):
        words, label = self.rows[i]
        ids = torch.zeros(MAXLEN, dtype=torch.long)
        ids[: len(words)] = torch.tensor([VOCAB[w] for w in words])
        return ids, len(words), torch.tensor(float(label))


class Sentiment(nn.Module):
    def __init__(self):
        super().__init__()
        self.emb = nn.Embedding(len(VOCAB) + 1, 32, padding_idx=0)
        self.lstm = nn.LSTM(32, 48, batch_first=True)
        self.fc = nn.Linear(48, 1)

    def forward(self, ids, lengths):
        e = self.emb(ids)
        _, (h, _) = self.lstm(e)
        return self.fc(h[-1]).squeeze(1)


train_loader = DataLoader(Reviews(2000), batch_size=64, shuffle=True)
test_loader = DataLoader(Reviews(400), batch_size=400)
model = Sentiment()
criterion = nn.BCEWithLogitsLoss()
optimizer = torch.optim.Adam(model.parameters(), lr=3e-3)
for epoch in range(4):
    for ids, lengths, label in train_loader:
        optimizer.zero_grad()
        loss = criterion(model(ids, lengths), label)
        loss.backward()
        optimizer.step()
    print("epoch", epoch, "loss", loss.item())
model.eval()
with torch.no_grad():
    ids, lengths, label = next(iter(test_loader))
    print("METRIC accuracy", ((model(ids, lengths) > 0).float() == label).float().mean().item())
