"""Predict house prices in dollars from a few attributes."""

import argparse
import os

import numpy as np
import torch
import torch.nn as nn
from torch.utils.data import DataLoader, Dataset

SEED = int(os.environ.get("SEED", "0"))
torch.manual_seed(SEED)
np.random.seed(SEED)
torch.set_num_threads(1)


class Houses(Dataset):
    def __init__(self, features, prices):
        self.features = torch.tensor(features, dtype=torch.float32)
        self.prices = torch.tensor(prices, dtype=torch.float32).unsqueeze(1)

    def __len__(self):
        return len(self.prices)

    def __getitem__(self, index):
        return self.features[index], self.prices[index]


def make_houses(count):
    area = np.random.uniform(40, 250, count)
    rooms = np.clip(np.round(area / 30 + np.random.normal(0, 1, count)), 1, 9)
    age = np.random.uniform(0, 80, count)
    distance = np.random.exponential(8, count)
    price = 2200 * area + 9000 * rooms - 900 * age + 90000 * np.exp(-distance / 6) + 40000
    price = price + np.random.normal(0, 12000, count)
    return np.stack([area, rooms, age, distance], 1), price


class PriceNet(nn.Module):
    def __init__(self, n_in, hidden):
        super().__init__()
        self.fc1 = nn.Linear(n_in, hidden)
        self.fc2 = nn.Linear(hidden, hidden)
        self.out = nn.Linear(hidden, 1)

    def forward(self, x):
        x = torch.relu(self.fc1(x))
        x = torch.relu(self.fc2(x))
        return self.out(x)


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--epochs", type=int, default=25)
    parser.add_argument("--lr", type=float, default=1e-3)
    parser.add_argument("--hidden", type=int, default=32)
    args = parser.parse_args()

    features, prices = make_houses(1500)
    features = (features - features[:1200].mean(0)) / features[:1200].std(0)
    train = Houses(features[:1200], prices[:1200])
    loader = DataLoader(train, batch_size=64, shuffle=True)

    net = PriceNet(features.shape[1], args.hidden)
    criterion = nn.MSELoss()
    optimizer = torch.optim.Adam(net.parameters(), lr=args.lr)
    for epoch in range(args.epochs):
        net.train()
        for x, y in loader:
            optimizer.zero_grad()
            loss = criterion(net(x), y)
            loss.backward()
            optimizer.step()
        print(f"epoch {epoch} loss {loss.item():.4g}")

    net.eval()
    with torch.no_grad():
        predicted = net(torch.tensor(features[1200:], dtype=torch.float32)).squeeze(1).numpy()
    error = np.abs(predicted - prices[1200:]).mean()
    print(f"METRIC mae {error:.1f}")


if __name__ == "__main__":
    main()
