"""Neural collaborative filtering: predict the stars that a user gives to a film."""

import os
import random

import numpy as np
import torch
from torch import nn
from torch.utils.data import DataLoader, TensorDataset, random_split

SEED = int(os.environ.get("SEED", "0"))
random.seed(SEED)
np.random.seed(SEED)
torch.manual_seed(SEED)
torch.set_num_threads(1)

CONFIG = {
    "users": 120,
    "films": 80,
    "ratings": 6000,
    "factors": 16,
    "batch_size": 128,
    "learning_rate": 0.005,
    "epochs": 12,
}


def make_ratings():
    rng = np.random.default_rng(SEED)
    taste = rng.normal(size=(CONFIG["users"], 2))
    style = rng.normal(size=(CONFIG["films"], 2))
    generosity = rng.normal(0, 0.4, CONFIG["users"])
    quality = rng.normal(0, 0.8, CONFIG["films"])
    users = rng.integers(0, CONFIG["users"], CONFIG["ratings"])
    films = rng.integers(0, CONFIG["films"], CONFIG["ratings"])
    stars = 3.2 + generosity[users] + quality[films] + 0.4 * (taste[users] * style[films]).sum(1)
    stars = np.clip(stars + rng.normal(0, 0.25, CONFIG["ratings"]), 1, 5)
    return TensorDataset(torch.from_numpy(users), torch.from_numpy(films), torch.from_numpy(stars).float())


class NCF(nn.Module):
    def __init__(self, users, films, factors):
        super().__init__()
        self.user_embedding = nn.Embedding(users, factors)
        self.film_embedding = nn.Embedding(films, factors)
        self.mlp = nn.Sequential(
            nn.Linear(2 * factors, 64),
            nn.ReLU(),
            nn.Linear(64, 32),
            nn.ReLU(),
            nn.Linear(32, 1),
        )

    def forward(self, users, films):
        pair = torch.cat([self.user_embedding(users), self.film_embedding(films)], dim=1)
        return self.mlp(pair).squeeze(1)


def test_error(model, loader):
    model.eval()
    total, count = 0.0, 0
    with torch.no_grad():
        for users, films, stars in loader:
            total += ((model(users, films) - stars) ** 2).sum().item()
            count += len(stars)
    return total / count


def main():
    dataset = make_ratings()
    train_set, test_set = random_split(dataset, [5000, 1000])
    train_loader = DataLoader(train_set, batch_size=CONFIG["batch_size"], shuffle=True)
    test_loader = DataLoader(test_set, batch_size=500)
    model = NCF(CONFIG["users"], CONFIG["films"], CONFIG["factors"])
    optimizer = torch.optim.Adam(model.parameters(), lr=CONFIG["learning_rate"])
    criterion = nn.MSELoss()
    for epoch in range(CONFIG["epochs"]):
        model.train()
        losses = []
        for users, films, stars in train_loader:
            optimizer.zero_grad()
            loss = criterion(model(users, films), stars)
            loss.backward()
            optimizer.step()
            losses.append(loss.item())
        print(f"epoch {epoch}: train {np.mean(losses):.4f} test {test_error(model, test_loader):.4f}")
    print(f"METRIC test_mse {test_error(model, test_loader):.4f}")


if __name__ == "__main__":
    main()
