import os

import torch
import torch.nn as nn
from sklearn.datasets import load_breast_cancer
from sklearn.preprocessing import StandardScaler

SEED = int(os.environ.get("SEED", "0"))
torch.manual_seed(SEED)

data = StandardScaler().fit_transform(load_breast_cancer().data)
data = torch.tensor(data, dtype=torch.float32)
train_data, val_data = data[:450], data[450:]


class AutoEncoder(nn.Module):
    def __init__(self, n_features, n_code=8):
        super().__init__()
        self.encoder = nn.Sequential(nn.Linear(n_features, 24), nn.ReLU(), nn.Linear(24, n_code))
        self.decoder = nn.Sequential(nn.Linear(n_code, 24), nn.ReLU(), nn.Linear(24, n_features))

    def forward(self, x):
        return self.decoder(self.encoder(x))


ae = AutoEncoder(data.shape[1])
loss_function = nn.MSELoss()
optimizer = torch.optim.Adam(ae.parameters(), lr=5e-3)
for epoch in range(35):
    for batch in train_data[torch.randperm(len(train_data))].split(30):
        reconstructed = ae(batch)
        loss = loss_function(reconstructed, batch)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
    if epoch % 5 == 0:
        print(f"epoch {epoch} loss {loss.item():.4f}")
with torch.no_grad():
    print("METRIC error", loss_function(ae(val_data), val_data).item())
