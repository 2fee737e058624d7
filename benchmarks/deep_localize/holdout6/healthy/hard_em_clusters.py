"""Deep clustering: targets are the clusters themselves, sharpened, and change every few epochs (DEC)."""

import os

import numpy as np
import torch
import torch.nn as nn
import torch.nn.functional as F
from sklearn.cluster import KMeans
from sklearn.datasets import load_digits
from sklearn.metrics import normalized_mutual_info_score

SEED = int(os.environ.get("SEED", "0"))
torch.manual_seed(SEED)

x, y = load_digits(return_X_y=True)
x = torch.tensor(x, dtype=torch.float32) / 16
encoder = nn.Sequential(nn.Linear(64, 128), nn.ReLU(), nn.Linear(128, 10))
decoder = nn.Sequential(nn.Linear(10, 128), nn.ReLU(), nn.Linear(128, 64))

pretraining = torch.optim.Adam([*encoder.parameters(), *decoder.parameters()], lr=2e-3)
for epoch in range(15):
    for idx in torch.randperm(len(x)).split(100):
        noisy = x[idx] * (torch.rand_like(x[idx]) > 0.2)
        loss = F.mse_loss(decoder(encoder(noisy)), x[idx])
        pretraining.zero_grad()
        loss.backward()
        pretraining.step()
print("autoencoder", loss.item())

with torch.no_grad():
    found = KMeans(10, n_init=5, random_state=SEED).fit(encoder(x).numpy())
centres = nn.Parameter(torch.tensor(found.cluster_centers_, dtype=torch.float32))


def soft_assign(z):
    q = 1 / (1 + torch.cdist(z, centres) ** 2)
    return q / q.sum(1, keepdim=True)


optimizer = torch.optim.SGD([*encoder.parameters(), centres], lr=0.05, momentum=0.9)
for epoch in range(12):
    if epoch % 3 == 0:
        with torch.no_grad():
            q = soft_assign(encoder(x))
            p = q**2 / q.sum(0)
            p = p / p.sum(1, keepdim=True)
    for idx in torch.randperm(len(x)).split(100):
        loss = F.kl_div(soft_assign(encoder(x[idx])).log(), p[idx], reduction="batchmean")
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
    if epoch % 3 == 2:
        print(f"epoch {epoch + 1} kl {loss.item():.4f}")

with torch.no_grad():
    clusters = soft_assign(encoder(x)).argmax(1).numpy()
print("METRIC nmi", normalized_mutual_info_score(np.asarray(y), clusters))
