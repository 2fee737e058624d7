import os

import numpy as np
import torch
import torch.nn as nn
from sklearn.datasets import make_friedman1

SEED = int(os.environ.get("SEED", "0"))
np.random.seed(SEED)
torch.manual_seed(SEED)
device = "cpu"

X, y = make_friedman1(n_samples=1800, noise=0.5, random_state=SEED)
X = torch.tensor(X, dtype=torch.float32, device=device)
y = torch.tensor((y - y.mean()) / y.std(), dtype=torch.float32, device=device).unsqueeze(1)
model = nn.Sequential(nn.Linear(10, 64), nn.SiLU(), nn.Linear(64, 64), nn.SiLU(), nn.Linear(64, 1)).to(device)
optimizer = torch.optim.AdamW(model.parameters(), lr=4e-3)
scaler = torch.amp.GradScaler(device, growth_interval=100)
for epoch in range(12):
    for idx in torch.randperm(1500, device=device).split(50):
        optimizer.zero_grad(set_to_none=True)
        with torch.autocast(device_type=device, dtype=torch.bfloat16):
            loss = nn.functional.mse_loss(model(X[idx]), y[idx])
        scaler.scale(loss).backward()
        scaler.unscale_(optimizer)
        torch.nn.utils.clip_grad_norm_(model.parameters(), 2.0)
        scaler.step(optimizer)
        scaler.update()
    print("epoch", epoch, "loss", loss.item(), "scale", scaler.get_scale())
with torch.no_grad():
    rmse = (model(X[1500:]) - y[1500:]).pow(2).mean().sqrt().item()
print("METRIC rmse", rmse)
