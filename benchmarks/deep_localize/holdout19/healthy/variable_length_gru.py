"""Add up marked numbers in sequences of various lengths with a packed GRU."""

import os
import random

import numpy as np
import torch
import torch.nn as nn
from torch.nn.utils.rnn import pack_padded_sequence, pad_sequence
from torch.utils.data import DataLoader, Dataset

SEED = int(os.environ.get("SEED", "0"))
random.seed(SEED)
np.random.seed(SEED)
torch.manual_seed(SEED)
torch.set_num_threads(1)


class AddingProblem(Dataset):
    def __init__(self, n, rng):
        self.items = []
        for _ in range(n):
            length = rng.integers(5, 15)
            values = rng.uniform(0, 1, length)
            marks = np.zeros(length)
            marks[rng.choice(length, 2, replace=False)] = 1
            seq = torch.tensor(np.stack([values, marks], axis=1), dtype=torch.float32)
            self.items.append((seq, torch.tensor((values * marks).sum(), dtype=torch.float32)))

    def __len__(self):
        return len(self.items)

    def __getitem__(self, i):
        return self.items[i]


def collate(items):
    sequences, sums = zip(*items)
    lengths = torch.tensor([len(s) for s in sequences])
    return pad_sequence(sequences, batch_first=True), lengths, torch.stack(sums)


class AdderGRU(nn.Module):
    def __init__(self, hidden=32):
        super().__init__()
        self.gru = nn.GRU(2, hidden, batch_first=True)
        self.out = nn.Linear(hidden, 1)

    def forward(self, padded, lengths):
        packed = pack_padded_sequence(padded, lengths, batch_first=True, enforce_sorted=False)
        _, h = self.gru(packed)
        return self.out(h[-1]).squeeze(-1)


rng = np.random.default_rng(SEED)
train_loader = DataLoader(AddingProblem(1200, rng), batch_size=40, shuffle=True, collate_fn=collate)
test_loader = DataLoader(AddingProblem(300, rng), batch_size=300, collate_fn=collate)

model = AdderGRU()
optimizer = torch.optim.Adam(model.parameters(), lr=1e-2)
plateau = torch.optim.lr_scheduler.ReduceLROnPlateau(optimizer, factor=0.5, patience=2)


@torch.no_grad()
def test_mse():
    model.eval()
    padded, lengths, sums = next(iter(test_loader))
    return (model(padded, lengths) - sums).pow(2).mean().item()


for epoch in range(14):
    model.train()
    total = 0.0
    for padded, lengths, sums in train_loader:
        optimizer.zero_grad()
        loss = nn.functional.mse_loss(model(padded, lengths), sums)
        loss.backward()
        nn.utils.clip_grad_value_(model.parameters(), 0.5)
        optimizer.step()
        total += loss.item()
    plateau.step(total / len(train_loader))
    if epoch % 4 == 0:
        print(f"epoch {epoch} train mse {total / len(train_loader):.4f}")

print("METRIC test_mse", test_mse())
