import os

import numpy as np
import torch
import torch.nn as nn
from sklearn.datasets import load_wine
from sklearn.model_selection import train_test_split

SEED = int(os.environ.get("SEED", "0"))
np.random.seed(SEED)
torch.manual_seed(SEED)

# measurements as the station sends them: -9999 is "sensor off"
X, y = load_wine(return_X_y=True)
X = np.repeat(X, 4, axis=0) * (1 + 0.02 * np.random.randn(len(X) * 4, 13))
y = np.repeat(y, 4)
X[np.random.rand(*X.shape) < 0.06] = -9999.0

mean, std = np.nanmean(X, axis=0), np.nanstd(X, axis=0)
X = np.nan_to_num((X - mean) / std)
X_train, X_test, y_train, y_test = train_test_split(X, y, test_size=0.25, stratify=y, random_state=SEED)
X_train, X_test = torch.FloatTensor(X_train), torch.FloatTensor(X_test)
y_train, y_test = torch.LongTensor(y_train), torch.LongTensor(y_test)


class MLP(nn.Module):
    def __init__(self, input_dim, hidden_dim, output_dim):
        super().__init__()
        self.fc1 = nn.Linear(input_dim, hidden_dim)
        self.fc2 = nn.Linear(hidden_dim, output_dim)

    def forward(self, x):
        return self.fc2(torch.relu(self.fc1(x)))


model = MLP(13, 32, 3)
criterion = nn.CrossEntropyLoss()
optimizer = torch.optim.SGD(model.parameters(), lr=0.05)
for epoch in range(20):
    permutation = torch.randperm(len(X_train))
    for i in range(0, len(X_train), 32):
        indices = permutation[i : i + 32]
        optimizer.zero_grad()
        loss = criterion(model(X_train[indices]), y_train[indices])
        loss.backward()
        optimizer.step()
    if (epoch + 1) % 5 == 0:
        print(f"Epoch [{epoch + 1}/20], Loss: {loss.item():.4f}")
with torch.no_grad():
    predicted = model(X_test).argmax(dim=1)
    print("METRIC accuracy", (predicted == y_test).float().mean().item())
