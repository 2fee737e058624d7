import os

import numpy as np
import torch
import torch.nn as nn
from sklearn.datasets import load_digits
from torch.utils.data import DataLoader, TensorDataset, WeightedRandomSampler

SEED = int(os.environ.get("SEED", "0"))
np.random.seed(SEED)
torch.manual_seed(SEED)

# digits, but the high ones are rare
digits = load_digits()
keep = np.random.rand(len(digits.target)) < np.where(digits.target < 5, 1.0, 0.3)
X = torch.tensor(digits.data[keep] / 16, dtype=torch.float32)
y = torch.tensor(digits.target[keep])
perm = torch.randperm(len(X))
train_x, train_y = X[perm[:900]], y[perm[:900]]
test_x, test_y = X[perm[900:]], y[perm[900:]]

class_count = torch.bincount(train_y)
weights = 1.0 / class_count.float()
weights = weights[train_y]
sampler = WeightedRandomSampler(weights, num_samples=len(train_y), replacement=True)
loader = DataLoader(TensorDataset(train_x, train_y), batch_size=30, sampler=sampler)


class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.fc1 = nn.Linear(64, 64)
        self.dropout = nn.Dropout(0.2)
        self.fc2 = nn.Linear(64, 10)

    def forward(self, x):
        return self.fc2(self.dropout(torch.relu(self.fc1(x))))


net = Net()
criterion = nn.CrossEntropyLoss()
optimizer = torch.optim.Adam(net.parameters(), lr=2e-3)
for epoch in range(10):
    net.train()
    for data, target in loader:
        optimizer.zero_grad()
        loss = criterion(net(data), target)
        loss.backward()
        optimizer.step()
    print(f"epoch: {epoch} loss: {loss.item():.4f}")
net.eval()
with torch.no_grad():
    print("METRIC accuracy", (net(test_x).argmax(1) == test_y).float().mean().item())
