"""Breast-cancer diagnosis with early stopping on the validation loss and the best weights kept."""

import copy
import os

import torch
import torch.nn as nn
from sklearn.datasets import load_breast_cancer
from sklearn.model_selection import train_test_split
from sklearn.preprocessing import StandardScaler
from torch.utils.data import DataLoader, TensorDataset

SEED = int(os.environ.get("SEED", "0"))
torch.manual_seed(SEED)
torch.set_num_threads(1)


class EarlyStopping:
    def __init__(self, patience=8):
        self.patience, self.best, self.bad, self.weights = patience, float("inf"), 0, None

    def __call__(self, loss, model):
        if loss < self.best:
            self.best, self.bad, self.weights = loss, 0, copy.deepcopy(model.state_dict())
        else:
            self.bad += 1
        return self.bad >= self.patience


def tensors(x, y):
    return torch.tensor(x, dtype=torch.float32), torch.tensor(y, dtype=torch.float32).unsqueeze(1)


data = load_breast_cancer()
x_rest, x_test, y_rest, y_test = train_test_split(
    data.data, data.target, test_size=0.25, stratify=data.target, random_state=SEED
)
x_train, x_valid, y_train, y_valid = train_test_split(x_rest, y_rest, test_size=0.2, stratify=y_rest, random_state=SEED)
scaler = StandardScaler().fit(x_train)
train = TensorDataset(*tensors(scaler.transform(x_train), y_train))
valid_x, valid_y = tensors(scaler.transform(x_valid), y_valid)
test_x, test_y = tensors(scaler.transform(x_test), y_test)

model = nn.Sequential(nn.Linear(30, 16), nn.ReLU(), nn.Dropout(0.3), nn.Linear(16, 1))
criterion = nn.BCEWithLogitsLoss()
optimizer = torch.optim.Adam(model.parameters(), lr=2e-3)
stopper = EarlyStopping()

for epoch in range(60):
    model.train()
    for x, y in DataLoader(train, batch_size=32, shuffle=True):
        optimizer.zero_grad()
        criterion(model(x), y).backward()
        optimizer.step()
    model.eval()
    with torch.no_grad():
        valid_loss = criterion(model(valid_x), valid_y).item()
    if epoch % 10 == 0:
        print(f"epoch {epoch} valid loss {valid_loss:.4f}")
    if stopper(valid_loss, model):
        print(f"stopped after epoch {epoch}")
        break

model.load_state_dict(stopper.weights)
model.eval()
with torch.no_grad():
    accuracy = ((model(test_x) > 0).float() == test_y).float().mean().item()
print(f"METRIC accuracy {accuracy:.4f}")
