"""Neural collaborative filtering on listening histories (implicit feedback)."""

import os

import numpy as np
import torch
from torch import nn

SEED = int(os.environ.get("SEED", "0"))
torch.manual_seed(SEED)
rng = np.random.default_rng(SEED)
torch.set_num_threads(1)

N_USERS, N_TRACKS, N_GENRES = 150, 120, 6


def listening_history():
    genre_of_track = np.arange(N_TRACKS) % N_GENRES
    taste = rng.dirichlet(np.full(N_GENRES, 0.08), size=N_USERS)
    heard = np.zeros((N_USERS, N_TRACKS), dtype=bool)
    for user in range(N_USERS):
        p = taste[user][genre_of_track] + 0.002
        heard[user, rng.choice(N_TRACKS, size=18, replace=False, p=p / p.sum())] = True
    return heard


class NeuralCF(nn.Module):
    def __init__(self, dim=12):
        super().__init__()
        self.user_embedding = nn.Embedding(N_USERS, dim)
        self.track_embedding = nn.Embedding(N_TRACKS, dim)
        nn.init.normal_(self.user_embedding.weight, std=0.1)
        nn.init.normal_(self.track_embedding.weight, std=0.1)
        self.mlp = nn.Sequential(
            nn.Linear(2 * dim, 48),
            nn.ReLU(),
            nn.Dropout(0.1),
            nn.Linear(48, 16),
            nn.ReLU(),
            nn.Linear(16, 1),
        )

    def forward(self, user, track):
        pair = torch.cat([self.user_embedding(user), self.track_embedding(track)], dim=-1)
        return self.mlp(pair).squeeze(-1)


heard = listening_history()
users, tracks = np.nonzero(heard)
held_out = rng.random(len(users)) < 0.2
train_users, train_tracks = torch.tensor(users[~held_out]), torch.tensor(tracks[~held_out])
test_pairs = list(zip(users[held_out], tracks[held_out]))


def make_batch(index):
    user, track = train_users[index], train_tracks[index]
    label = torch.ones(len(index))
    return user, track, label


model = NeuralCF()
optimizer = torch.optim.Adam(model.parameters(), lr=5e-3)
criterion = nn.BCEWithLogitsLoss()

for epoch in range(20):
    model.train()
    total = 0.0
    batches = torch.randperm(len(train_users)).split(128)
    for index in batches:
        user, track, label = make_batch(index)
        loss = criterion(model(user, track), label)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        total += loss.item()
    if epoch % 5 == 4:
        print(f"epoch {epoch + 1} bce {total / len(batches):.4f}")

model.eval()
with torch.no_grad():
    every_user = torch.arange(N_USERS).repeat_interleave(N_TRACKS)
    every_track = torch.arange(N_TRACKS).repeat(N_USERS)
    scores = model(every_user, every_track).view(N_USERS, N_TRACKS).numpy()
ranks = [(scores[u, t] > scores[u][~heard[u]]).mean() for u, t in test_pairs]
print(f"METRIC auc {np.mean(ranks):.4f}")
