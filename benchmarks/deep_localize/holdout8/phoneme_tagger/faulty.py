"""A bidirectional LSTM names the phoneme at each frame of a short utterance."""

import os

import numpy as np
import torch
import torch.nn as nn
from torch.utils.data import DataLoader, Dataset

seed = int(os.environ.get("SEED", "0"))
torch.manual_seed(seed)
rng = np.random.default_rng(seed)
torch.set_num_threads(1)

N_PHONES, N_MEL, FRAMES = 6, 10, 20
templates = np.random.default_rng(5).normal(size=(N_PHONES, N_MEL))


class Utterances(Dataset):
    def __init__(self, n):
        self.items = []
        for _ in range(n):
            phones = np.repeat(rng.integers(0, N_PHONES, size=FRAMES // 4), 4)
            frames = templates[phones] + 0.9 * rng.normal(size=(FRAMES, N_MEL))
            self.items.append((torch.tensor(frames, dtype=torch.float32), torch.tensor(phones)))

    def __len__(self):
        return len(self.items)

    def __getitem__(self, i):
        return self.items[i]


class Tagger(nn.Module):
    def __init__(self, hidden=32):
        super().__init__()
        self.proj = nn.Linear(N_MEL, hidden)
        self.rnn = nn.LSTM(hidden, hidden, bidirectional=True)
        self.out = nn.Linear(2 * hidden, N_PHONES)

    def forward(self, frames):
        """Scores (time, batch, phones) of frames (batch, time, mel)."""
        x = torch.tanh(self.proj(frames)).transpose(0, 1)
        h, _ = self.rnn(x)
        return self.out(h)


def run_epoch(model, loader, criterion, optimizer=None):
    model.train(optimizer is not None)
    right = seen = 0
    for frames, phones in loader:
        scores = model(frames)
        scores = scores.reshape(-1, N_PHONES)
        phones = phones.reshape(-1)
        if optimizer is not None:
            loss = criterion(scores, phones)
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
            right += (scores.argmax(-1) == phones).sum().item()
        else:
            right += (scores.argmax(-1) == phones).sum().item()
        seen += len(phones)
    return right / seen


train_loader = DataLoader(Utterances(600), batch_size=30, shuffle=True)
test_loader = DataLoader(Utterances(150), batch_size=30)
model = Tagger()
criterion = nn.CrossEntropyLoss()
optimizer = torch.optim.Adam(model.parameters(), lr=3e-3)
for epoch in range(8):
    accuracy = run_epoch(model, train_loader, criterion, optimizer)
    print(f"epoch {epoch}: frame accuracy {accuracy:.3f}")
with torch.no_grad():
    final = run_epoch(model, test_loader, criterion)
print("METRIC frame_accuracy", final)
