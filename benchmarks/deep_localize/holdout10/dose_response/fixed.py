"""Regression of a response curve; each scalar covariate gets its own small embedding (feature tokenizer)."""

import os

import torch
import torch.nn as nn
from torch.utils.data import DataLoader, TensorDataset

SEED = int(os.environ.get("SEED", "0"))
torch.manual_seed(SEED)
torch.set_num_threads(1)


def simulate(n):
    age = torch.rand(n) * 60 + 20
    weight = 50 + 50 * torch.rand(n)
    dose = torch.rand(n) * 10
    sex = torch.randint(2, (n,)).float()
    effect = 4 * dose / (2 + dose) * (70 / weight) - 0.02 * (age - 50) + 0.5 * sex * torch.sin(dose)
    y = effect + 0.1 * torch.randn(n)
    return torch.stack([(age - 50) / 17, (weight - 75) / 14, (dose - 5) / 2.9, sex - 0.5], dim=1), y


x_train, y_train = simulate(3000)
x_val, y_val = simulate(800)
y_mean, y_std = y_train.mean(), y_train.std()


class FeatureTokenizer(nn.Module):
    """Scalar -> token."""

    def __init__(self, width):
        super().__init__()
        self.norm = nn.Identity()
        self.linear = nn.Linear(1, width)

    def forward(self, value):
        return self.linear(self.norm(value.unsqueeze(-1)))


class ResponseNet(nn.Module):
    def __init__(self, n_features=4, width=16):
        super().__init__()
        self.tokens = nn.ModuleList(FeatureTokenizer(width) for _ in range(n_features))
        self.mixer = nn.Sequential(
            nn.Linear(width * n_features, 64), nn.GELU(), nn.Linear(64, 64), nn.GELU(), nn.Linear(64, 1)
        )

    def forward(self, x):
        tokens = [token(x[:, i]) for i, token in enumerate(self.tokens)]
        return self.mixer(torch.cat(tokens, dim=1)).squeeze(1)


model = ResponseNet()
optimizer = torch.optim.AdamW(model.parameters(), lr=2e-3)
loader = DataLoader(TensorDataset(x_train, (y_train - y_mean) / y_std), batch_size=64, shuffle=True)
criterion = nn.SmoothL1Loss()


def r2():
    model.eval()
    with torch.no_grad():
        pred = model(x_val) * y_std + y_mean
    return (1 - ((pred - y_val) ** 2).sum() / ((y_val - y_val.mean()) ** 2).sum()).item()


for epoch in range(10):
    model.train()
    for x, y in loader:
        optimizer.zero_grad()
        loss = criterion(model(x), y)
        loss.backward()
        optimizer.step()
    print(f"epoch {epoch} loss {loss.item():.4f} r2 {r2():.3f}")

print("METRIC r2", r2())
