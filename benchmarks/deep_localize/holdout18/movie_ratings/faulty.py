"""Neural matrix factorisation of 1-5 star movie ratings."""

import os

import numpy as np
import torch
from torch import nn
from torch.utils.data import DataLoader, TensorDataset, random_split

SEED = int(os.environ.get("SEED", "0"))
torch.manual_seed(SEED)
np.random.seed(SEED)
torch.set_num_threads(1)

N_USERS, N_MOVIES, N_RATINGS = 150, 100, 7000


def make_ratings():
    user_taste = np.random.randn(N_USERS, 3)
    movie_taste = np.random.randn(N_MOVIES, 3)
    user_bias = 0.4 * np.random.randn(N_USERS)
    movie_bias = 0.6 * np.random.randn(N_MOVIES)
    users = np.random.randint(0, N_USERS, N_RATINGS)
    movies = np.random.randint(0, N_MOVIES, N_RATINGS)
    score = 3.4 + user_bias[users] + movie_bias[movies] + 0.5 * (user_taste[users] * movie_taste[movies]).sum(1)
    stars = np.clip(np.round(score + 0.2 * np.random.randn(N_RATINGS)), 1, 5)
    return torch.tensor(users), torch.tensor(movies), torch.tensor(stars, dtype=torch.float32)


class RatingModel(nn.Module):
    def __init__(self, dim=8):
        super().__init__()
        self.user_emb = nn.Embedding(N_USERS, dim)
        self.movie_emb = nn.Embedding(N_MOVIES, dim)
        nn.init.normal_(self.user_emb.weight, std=0.2)
        nn.init.normal_(self.movie_emb.weight, std=0.2)
        self.mlp = nn.Sequential(
            nn.Linear(3 * dim, 32),
            nn.ReLU(),
            nn.Linear(32, 1),
            nn.Sigmoid(),
        )

    def forward(self, users, movies):
        u, m = self.user_emb(users), self.movie_emb(movies)
        return self.mlp(torch.cat([u, m, u * m], dim=1)).squeeze(1)


dataset = TensorDataset(*make_ratings())
train_set, test_set = random_split(dataset, [6000, 1000])
train_loader = DataLoader(train_set, batch_size=128, shuffle=True)
test_loader = DataLoader(test_set, batch_size=500)

model = RatingModel()
optimizer = torch.optim.AdamW(model.parameters(), lr=5e-3, weight_decay=1e-2)
loss_fn = nn.MSELoss()

for epoch in range(15):
    model.train()
    for users, movies, stars in train_loader:
        optimizer.zero_grad()
        loss = loss_fn(model(users, movies), stars)
        loss.backward()
        optimizer.step()

    model.eval()
    squared = 0.0
    with torch.no_grad():
        for users, movies, stars in test_loader:
            squared += ((model(users, movies) - stars) ** 2).sum().item()
    rmse = (squared / len(test_set)) ** 0.5
    print(f"epoch {epoch + 1}: test rmse {rmse:.3f}")

print(f"METRIC test_rmse {rmse:.4f}")
