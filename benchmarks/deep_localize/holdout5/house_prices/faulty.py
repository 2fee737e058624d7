# Kaggle-like house prices: numeric columns + entity embeddings
import os

import numpy as np
import torch
from torch import nn

SEED = int(os.environ.get("SEED", 0))
np.random.seed(SEED)
torch.manual_seed(SEED)

N = 2400
area = np.random.gamma(9, 14, N)
rooms = np.clip((area / 28 + np.random.randn(N)).round(), 1, 9)
age = np.random.uniform(0, 90, N)
district = np.random.randint(0, 12, N)
heating = np.random.randint(0, 4, N)
district_factor = np.random.uniform(0.6, 1.6, 12)
price = (1500 * area * district_factor[district] + 6000 * rooms - 400 * age + 9000 * heating) + np.random.randn(
    N
) * 8000
num = np.stack([area, rooms, age], 1)
cat = np.stack([district, heating], 1)

num = (num - num[:2000].mean(0)) / num[:2000].std(0)
num_t = torch.tensor(num, dtype=torch.float32)
cat_t = torch.tensor(cat, dtype=torch.long)
y_t = torch.tensor(price, dtype=torch.float32)


class TabularModel(nn.Module):
    def __init__(self, sizes, n_cont):
        super().__init__()
        self.embeds = nn.ModuleList([nn.Embedding(c, d) for c, d in sizes])
        n_emb = sum(d for _, d in sizes)
        self.layers = nn.Sequential(
            nn.Linear(n_emb + n_cont, 64), nn.ReLU(), nn.Linear(64, 32), nn.ReLU(), nn.Linear(32, 1)
        )

    def forward(self, x_cat, x_cont):
        e = [emb(x_cat[:, i]) for i, emb in enumerate(self.embeds)]
        return self.layers(torch.cat([*e, x_cont], 1)).squeeze(1)


model = TabularModel([(12, 6), (4, 2)], 3)
opt = torch.optim.Adam(model.parameters(), lr=1e-3)
loss_fn = nn.MSELoss()
train_idx = np.arange(2000)
for epoch in range(15):
    np.random.shuffle(train_idx)
    losses = []
    for start in range(0, 2000, 50):
        b = train_idx[start : start + 50]
        pred = model(cat_t[b], num_t[b])
        loss = loss_fn(pred, y_t[b])
        opt.zero_grad()
        loss.backward()
        opt.step()
        losses.append(loss.item())
    if epoch % 3 == 0:
        print("epoch", epoch, "train mse", np.mean(losses))

with torch.no_grad():
    p = model(cat_t[2000:], num_t[2000:])
    truth = torch.tensor(price[2000:], dtype=torch.float32)
r2 = 1 - ((p - truth) ** 2).sum() / ((truth - truth.mean()) ** 2).sum()
print("METRIC r2", r2.item())
