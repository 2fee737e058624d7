"""Tabular regression with a two-layer network, plain function style."""

import os

import torch
from sklearn.datasets import make_friedman1
from sklearn.preprocessing import StandardScaler
from torch import nn
from torch.utils.data import DataLoader, TensorDataset

SEED = int(os.environ.get("SEED", "0"))
torch.manual_seed(SEED)
torch.set_num_threads(1)


def make_data(n_train=1200, n_test=400):
    features, target = make_friedman1(n_train + n_test, n_features=8, noise=0.5, random_state=SEED)
    scaler = StandardScaler().fit(features[:n_train])
    features = torch.tensor(scaler.transform(features), dtype=torch.float32)
    target = torch.tensor(target, dtype=torch.float32)
    mean, std = target[:n_train].mean(), target[:n_train].std()
    target = (target - mean) / std
    train = TensorDataset(features[:n_train], target[:n_train])
    return train, features[n_train:], target[n_train:]


def build_model(n_features):
    return nn.Sequential(nn.Linear(n_features, 64), nn.ReLU(), nn.Linear(64, 32), nn.ReLU(), nn.Linear(32, 1))


def r2_score(prediction, target):
    return 1.0 - ((prediction - target) ** 2).sum().item() / ((target - target.mean()) ** 2).sum().item()


def main():
    train, x_test, y_test = make_data()
    loader = DataLoader(train, batch_size=50, shuffle=True)
    model = build_model(x_test.shape[1])
    loss_func = nn.MSELoss()
    optimizer = torch.optim.Adam(model.parameters(), lr=2e-3)
    for epoch in range(25):
        model.train()
        for x, y in loader:
            optimizer.zero_grad()
            yhat = model(x)
            loss_val = loss_func(yhat, y.reshape(-1, 1))
            loss_val.backward()
            optimizer.step()
        if epoch % 5 == 4:
            print(f"epoch {epoch + 1}: last batch loss {loss_val.item():.4f}")
    model.eval()
    with torch.no_grad():
        score = r2_score(model(x_test).squeeze(1), y_test)
    print(f"METRIC r2 {score:.4f}")


if __name__ == "__main__":
    main()
