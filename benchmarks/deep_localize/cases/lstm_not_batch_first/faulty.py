# Report: https://github.com/yunjey/pytorch-tutorial/issues/196 (also pytorch/pytorch#1538): batch_first left out, loss stays about 2
import os

import torch
import torch.nn as nn
from sklearn.datasets import load_digits
from torch.utils.data import DataLoader, TensorDataset

SEED = int(os.environ.get("SEED", "14"))
torch.manual_seed(SEED)
sequence_length, input_size, hidden_size, num_classes = 8, 8, 64, 10
digits = load_digits()
X = torch.tensor(digits.images / 16.0, dtype=torch.float32)
y = torch.tensor(digits.target)
order = torch.randperm(len(X))
train_loader = DataLoader(TensorDataset(X[order[:1400]], y[order[:1400]]), batch_size=50, shuffle=True)
test_loader = DataLoader(TensorDataset(X[order[1400:]], y[order[1400:]]), batch_size=50)


class RNN(nn.Module):
    def __init__(self):
        super().__init__()
        self.lstm = nn.LSTM(input_size, hidden_size, 1, batch_first=False)
        self.fc = nn.Linear(hidden_size, num_classes)

    def forward(self, x):
        out, _ = self.lstm(x)
        return self.fc(out[:, -1, :])


model = RNN()
criterion = nn.CrossEntropyLoss()
optimizer = torch.optim.Adam(model.parameters(), lr=0.01)
for epoch in range(6):
    for images, labels in train_loader:
        images = images.reshape(-1, sequence_length, input_size)
        loss = criterion(model(images), labels)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
    print("epoch", epoch, loss.item())
model.eval()
with torch.no_grad():
    right = sum((model(a).argmax(1) == b).sum().item() for a, b in test_loader)
    print("METRIC accuracy", right / 397)
