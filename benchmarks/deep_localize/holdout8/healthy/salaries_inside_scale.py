"""Salaries in the ten thousands; the model holds their mean and spread as buffers and learns in its own scale."""

import os

import torch
import torch.nn as nn
from torch.utils.data import DataLoader, TensorDataset

torch.manual_seed(int(os.environ.get("SEED", "0")))
torch.set_num_threads(1)


def people(n):
    age, years, city = 20 + 45 * torch.rand(n), 8 + 12 * torch.rand(n), torch.randint(0, 6, (n,))
    salary = 9000 + 900 * years + 600 * (age - 20) * (years / 14) - 8 * (age - 20) ** 2 + 2500 * city.sqrt()
    return torch.stack([age, years], 1), city, salary + 1200 * torch.randn(n)


class SalaryModel(nn.Module):
    def __init__(self, numbers, salary):
        super().__init__()
        self.register_buffer("x_mean", numbers.mean(0))
        self.register_buffer("x_std", numbers.std(0))
        self.register_buffer("y_mean", salary.mean())
        self.register_buffer("y_std", salary.std())
        self.city = nn.Embedding(6, 3)
        self.net = nn.Sequential(nn.Linear(5, 48), nn.Softplus(), nn.Linear(48, 24), nn.Softplus(), nn.Linear(24, 1))

    def forward(self, numbers, city):
        h = torch.cat([(numbers - self.x_mean) / self.x_std, self.city(city)], 1)
        return self.y_mean + self.y_std * self.net(h).squeeze(1)

    def loss(self, numbers, city, salary):
        return nn.functional.l1_loss(self(numbers, city), salary)


train, test = people(2500), people(500)
model = SalaryModel(train[0], train[2])
optimizer = torch.optim.Adam(model.parameters(), lr=5e-3)
scheduler = torch.optim.lr_scheduler.ExponentialLR(optimizer, 0.9)
for epoch in range(14):
    for batch in DataLoader(TensorDataset(*train), batch_size=64, shuffle=True):
        loss = model.loss(*batch)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
    scheduler.step()
    if epoch % 3 == 2:
        print(f"epoch {epoch + 1} mean absolute error {loss.item():.0f}")
with torch.no_grad():
    pred = model(test[0], test[1])
    r2 = 1 - (pred - test[2]).pow(2).sum() / (test[2] - test[2].mean()).pow(2).sum()
print("METRIC r2", r2.item())
