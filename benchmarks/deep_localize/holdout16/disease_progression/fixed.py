"""Disease progression after one year, regression on the diabetes data."""

import os

import numpy as np
import torch
from sklearn.datasets import load_diabetes
from sklearn.metrics import r2_score
from sklearn.model_selection import train_test_split
from torch import nn
from torch.utils.data import DataLoader, Dataset

SEED = int(os.environ.get("SEED", "0"))
torch.manual_seed(SEED)
np.random.seed(SEED)
torch.set_num_threads(1)


class PatientDataset(Dataset):
    def __init__(self, features, target):
        self.features = torch.as_tensor(features, dtype=torch.float32)
        self.target = torch.as_tensor(target, dtype=torch.float32)

    def __len__(self):
        return len(self.target)

    def __getitem__(self, index):
        return self.features[index], self.target[index]


class Regressor(nn.Module):
    def __init__(self, n_features):
        super().__init__()
        self.layers = nn.Sequential(
            nn.Linear(n_features, 32),
            nn.ReLU(),
            nn.Dropout(0.1),
            nn.Linear(32, 1),
        )

    def forward(self, x):
        return self.layers(x).squeeze(1)


X, y = load_diabetes(return_X_y=True)
X_train, X_test, y_train, y_test = train_test_split(X, y, test_size=0.25, random_state=0)
mu, sd = X_train.mean(0), X_train.std(0)
X_train, X_test = (X_train - mu) / sd, (X_test - mu) / sd
y_mu, y_sd = y_train.mean(), y_train.std()

train_loader = DataLoader(PatientDataset(X_train, (y_train - y_mu) / y_sd), batch_size=32, shuffle=True)
model = Regressor(X.shape[1])
criterion = nn.MSELoss()
optimizer = torch.optim.AdamW(model.parameters(), lr=3e-3, weight_decay=1e-2)

for epoch in range(30):
    model.train()
    losses = []
    for features, target in train_loader:
        optimizer.zero_grad()
        output = model(features)
        loss = criterion(output, target)
        loss.backward()
        optimizer.step()
        losses.append(loss.item())
    if (epoch + 1) % 10 == 0:
        print(f"[{epoch + 1}/30] train mse {np.mean(losses):.4f}")

model.eval()
with torch.no_grad():
    prediction = model(torch.as_tensor(X_test, dtype=torch.float32)).numpy().reshape(-1) * y_sd + y_mu
print(f"METRIC r2 {r2_score(y_test, prediction):.4f}")
