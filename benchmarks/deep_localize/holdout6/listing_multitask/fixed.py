"""Kind of a flat and its rent from one body with two heads."""

import os

import numpy as np
import torch
import torch.nn as nn
from torch.utils.data import DataLoader, TensorDataset

SEED = int(os.environ.get("SEED", "0"))
np.random.seed(SEED)
torch.manual_seed(SEED)

n = 2000
features = np.random.randn(n, 12).astype(np.float32)
kind = (features[:, :6] @ np.random.randn(6, 4) + 0.8 * np.sin(3 * features[:, 6:10])).argmax(1)
rent = 1400 + 350 * features[:, 8] * features[:, 9] + 250 * features[:, 10] + 60 * np.random.randn(n)
rent = rent.astype(np.float32)
rent = (rent - rent.mean()) / rent.std()

data = TensorDataset(torch.from_numpy(features), torch.from_numpy(kind), torch.from_numpy(rent))
train, test = torch.utils.data.random_split(data, [1500, 500], generator=torch.Generator().manual_seed(SEED))
loader = DataLoader(train, batch_size=50, shuffle=True)


class TwoHeads(nn.Module):
    def __init__(self):
        super().__init__()
        self.body = nn.Sequential(nn.Linear(12, 64), nn.ReLU(), nn.Linear(64, 32), nn.ReLU())
        self.kind_head = nn.Linear(32, 4)
        self.rent_head = nn.Linear(32, 1)

    def forward(self, x):
        z = self.body(x)
        return self.kind_head(z), self.rent_head(z).squeeze(1)


model = TwoHeads()
ce, mse = nn.CrossEntropyLoss(), nn.MSELoss()
optimizer = torch.optim.SGD(model.parameters(), lr=0.03, momentum=0.9)
for epoch in range(15):
    sums = [0.0, 0.0]
    for x, k, r in loader:
        optimizer.zero_grad()
        kind_logits, rent_hat = model(x)
        loss_kind, loss_rent = ce(kind_logits, k), mse(rent_hat, r)
        loss = loss_kind + loss_rent
        loss.backward()
        nn.utils.clip_grad_norm_(model.parameters(), 1.0)
        optimizer.step()
        sums[0] += loss_kind.item()
        sums[1] += loss_rent.item()
    print(f"{epoch} kind {sums[0] / len(loader):.3f} rent {sums[1] / len(loader):.1f}")

model.eval()
with torch.no_grad():
    x, k, _ = (torch.stack(list(column)) for column in zip(*test))
    accuracy = (model(x)[0].argmax(1) == k).float().mean().item()
print("METRIC accuracy", accuracy)
