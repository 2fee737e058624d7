import os

import numpy as np
import torch
import torch.nn as nn
import torch.nn.functional as F
from sklearn.datasets import load_digits
from torch.utils.data import DataLoader, Subset, TensorDataset

SEED = int(os.environ.get("SEED", "0"))
np.random.seed(SEED)
torch.manual_seed(SEED)


class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.fc1 = nn.Linear(64, 256)
        self.fc2 = nn.Linear(256, 256)
        self.fc3 = nn.Linear(256, 10)

    def forward(self, x):
        x = F.dropout(F.relu(self.fc1(x)), 0.5, self.training)
        x = F.dropout(F.relu(self.fc2(x)), 0.5, self.training)
        return self.fc3(x)


bunch = load_digits()
dataset = TensorDataset(torch.tensor(bunch.data / 16, dtype=torch.float32), torch.tensor(bunch.target))
split = np.random.permutation(len(dataset))
train_loader = DataLoader(Subset(dataset, split[:1400]), batch_size=50, shuffle=True)
valid_loader = DataLoader(Subset(dataset, split[1400:]), batch_size=397)
model = Net()
criterion = nn.CrossEntropyLoss(label_smoothing=0.2)
optimizer = torch.optim.Adam(model.parameters(), lr=1e-3)
for epoch in range(8):
    model.train()
    for data, target in train_loader:
        optimizer.zero_grad()
        loss = criterion(model(data), target)
        loss.backward()
        optimizer.step()
    model.eval()
    with torch.no_grad():
        data, target = next(iter(valid_loader))
        output = model(data)
        accuracy = (output.argmax(1) == target).float().mean().item()
    print(f"{epoch}: train {loss.item():.3f} valid {criterion(output, target).item():.3f} acc {accuracy:.3f}")
print("METRIC accuracy", accuracy)
