# House-price style regression with a small net
import os

import torch
import torch.nn as nn
from sklearn.datasets import make_friedman1
from torch.utils.data import DataLoader, TensorDataset, random_split

SEED = int(os.environ.get("SEED", "0"))
torch.manual_seed(SEED)
X, y = make_friedman1(n_samples=1500, noise=0.2, random_state=SEED)
X = torch.tensor(X, dtype=torch.float32)
y = torch.tensor(y, dtype=torch.float32).unsqueeze(1)
y = (y - y.mean()) / y.std()
train_ds, test_ds = random_split(TensorDataset(X, y), [1200, 300])
train_dl = DataLoader(train_ds, batch_size=40, shuffle=True)

model = nn.Sequential(nn.Linear(10, 50), nn.ReLU(), nn.Linear(50, 50), nn.ReLU(), nn.Linear(50, 1))
loss_fn = nn.MSELoss()
optimizer = torch.optim.SGD(model.parameters(), lr=0.05, momentum=0.9)

for epoch in range(15):
    model.train()
    total = 0.0
    optimizer.zero_grad()
    for xb, yb in train_dl:
        pred = model(xb)
        loss = loss_fn(pred, yb)
        loss.backward()
        optimizer.step()
        total += loss.item() * len(xb)
    print(f"Epoch {epoch + 1}, train loss {total / len(train_ds):.4f}")

model.eval()
with torch.no_grad():
    xt, yt = next(iter(DataLoader(test_ds, batch_size=300)))
    print("METRIC error", (model(xt) - yt).abs().mean().item())
