"""Assignment 3: digits with a narrow backbone and two learning rates."""

import os

import torch
from sklearn.datasets import load_digits
from sklearn.model_selection import train_test_split
from torch import nn
from torch.utils.data import DataLoader, TensorDataset

SEED = int(os.environ.get("SEED", "0"))
torch.manual_seed(SEED)


class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.backbone = nn.Sequential(
            nn.Linear(64, 24), nn.ReLU(), nn.Linear(24, 8), nn.ReLU(), nn.Linear(8, 6), nn.Tanh()
        )
        self.head = nn.Linear(6, 10)

    def forward(self, x):
        return self.head(self.backbone(x))


def main():
    X, y = load_digits(return_X_y=True)
    X_train, X_test, y_train, y_test = train_test_split(X / 16.0, y, test_size=0.25, random_state=SEED)
    train = TensorDataset(torch.tensor(X_train).float(), torch.tensor(y_train))
    loader = DataLoader(train, batch_size=64, shuffle=True)
    model = Net()

    backbone_params = [p for n, p in model.named_parameters() if not n.startswith("head")]
    head_params = list(model.head.parameters())
    print("backbone:", sum(p.numel() for p in backbone_params), "head:", sum(p.numel() for p in head_params))
    optimizer = torch.optim.Adam([{"params": backbone_params, "lr": 3e-3}, {"params": head_params, "lr": 1e-2}])
    loss_fn = nn.CrossEntropyLoss()
    for epoch in range(20):
        running = 0.0
        for xb, yb in loader:
            optimizer.zero_grad()
            loss = loss_fn(model(xb), yb)
            loss.backward()
            optimizer.step()
            running += loss.item()
        print(f"epoch {epoch}: {running / len(loader):.3f}")
    with torch.no_grad():
        acc = (model(torch.tensor(X_test).float()).argmax(1) == torch.tensor(y_test)).float().mean().item()
    print("METRIC accuracy", acc)


if __name__ == "__main__":
    main()
