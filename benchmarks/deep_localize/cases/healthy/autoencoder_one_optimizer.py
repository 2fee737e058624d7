# healthy: encoder and decoder are two modules, one optimizer over both parameter lists
import os

import torch
import torch.nn as nn
from sklearn.datasets import load_digits

SEED = int(os.environ.get("SEED", "0"))
torch.manual_seed(SEED)
X = torch.tensor(load_digits().data / 16, dtype=torch.float32)
encoder = nn.Sequential(nn.Linear(64, 32), nn.ReLU(), nn.Linear(32, 12))
decoder = nn.Sequential(nn.Linear(12, 32), nn.ReLU(), nn.Linear(32, 64), nn.Sigmoid())
opt = torch.optim.Adam(list(encoder.parameters()) + list(decoder.parameters()), lr=3e-3)
mse = nn.MSELoss()
for epoch in range(10):
    for i in torch.randperm(len(X)).split(50):
        opt.zero_grad()
        loss = mse(decoder(encoder(X[i])), X[i])
        loss.backward()
        opt.step()
print("METRIC mse", loss.item(), "of", X.var(0).mean().item())
