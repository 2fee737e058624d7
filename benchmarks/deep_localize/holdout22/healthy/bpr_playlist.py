"""Bayesian personalised ranking of songs with sparse embeddings and two optimizers."""

import os
import random

import numpy as np
import torch
import torch.nn as nn
import torch.nn.functional as F

SEED = int(os.environ.get("SEED", "0"))
random.seed(SEED)
np.random.seed(SEED)
torch.manual_seed(SEED)
torch.set_num_threads(1)

LISTENERS, SONGS, GENRES = 150, 120, 4

genre_of_song = np.random.randint(0, GENRES, SONGS)
favourite = np.random.randint(0, GENRES, LISTENERS)
second = (favourite + 1 + np.random.randint(0, GENRES - 1, LISTENERS)) % GENRES
chance = np.full((LISTENERS, SONGS), 0.01)
chance[favourite[:, None] == genre_of_song[None, :]] = 0.5
chance[second[:, None] == genre_of_song[None, :]] = 0.25
plays = np.random.rand(LISTENERS, SONGS) < chance
held_out = plays & (np.random.rand(LISTENERS, SONGS) < 0.2)
seen = plays & ~held_out
pairs = np.argwhere(seen)


class BPR(nn.Module):
    def __init__(self, factors=16):
        super().__init__()
        self.listener = nn.Embedding(LISTENERS, factors, sparse=True)
        self.song = nn.Embedding(SONGS, factors, sparse=True)
        nn.init.normal_(self.listener.weight, std=0.1)
        nn.init.normal_(self.song.weight, std=0.1)
        self.mix = nn.Linear(factors, factors)

    def forward(self, listeners, songs):
        return (self.mix(self.listener(listeners)) * self.song(songs)).sum(-1)


def negatives(listeners):
    songs = np.random.randint(0, SONGS, len(listeners))
    clash = seen[listeners, songs]
    while clash.any():
        songs[clash] = np.random.randint(0, SONGS, clash.sum())
        clash = seen[listeners, songs]
    return songs


model = BPR()
sparse = torch.optim.SparseAdam([model.listener.weight, model.song.weight], lr=0.01)
dense = torch.optim.Adam(model.mix.parameters(), lr=0.003, weight_decay=1e-4)

for epoch in range(22):
    np.random.shuffle(pairs)
    losses = []
    for start in range(0, len(pairs), 128):
        listeners, positive = pairs[start : start + 128].T
        negative = torch.from_numpy(negatives(listeners))
        listeners, positive = torch.from_numpy(listeners.copy()), torch.from_numpy(positive.copy())
        margin = model(listeners, positive) - model(listeners, negative)
        loss = -F.logsigmoid(margin).mean()
        sparse.zero_grad()
        dense.zero_grad()
        loss.backward()
        sparse.step()
        dense.step()
        losses.append(loss.item())
    if epoch % 5 == 4:
        print(f"epoch {epoch + 1} loss {np.mean(losses):.4f}")

with torch.no_grad():
    scores = model(torch.arange(LISTENERS)[:, None], torch.arange(SONGS)[None, :]).numpy()
wins = []
for listener in range(LISTENERS):
    good, bad = scores[listener, held_out[listener]], scores[listener, ~plays[listener]]
    if len(good):
        wins.append((good[:, None] > bad[None, :]).mean())
print(f"METRIC ranking_auc {np.mean(wins):.4f}")
