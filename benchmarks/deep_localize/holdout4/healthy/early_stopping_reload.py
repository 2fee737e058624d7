import copy
import os

import torch
import torch.nn as nn
import torch.optim as optim
from sklearn.datasets import load_digits
from torch.utils.data import DataLoader, TensorDataset, random_split

SEED = int(os.environ.get("SEED", "0"))


class EarlyStopping:
    def __init__(self, patience=6):
        self.patience, self.best, self.count, self.weights = patience, float("inf"), 0, None

    def __call__(self, value, model):
        if value < self.best:
            self.best, self.count, self.weights = value, 0, copy.deepcopy(model.state_dict())
        else:
            self.count += 1
        return self.count >= self.patience


def evaluate(model, loader, criterion):
    model.eval()
    loss = correct = total = 0
    with torch.no_grad():
        for x, y in loader:
            out = model(x)
            loss += criterion(out, y).item() * len(y)
            correct += (out.argmax(1) == y).sum().item()
            total += len(y)
    model.train()
    return loss / total, correct / total


def main():
    torch.manual_seed(SEED)
    d = load_digits()
    full = TensorDataset(torch.tensor(d.data / 16, dtype=torch.float32), torch.tensor(d.target))
    train, valid, test = random_split(full, [1197, 300, 300])
    train_loader = DataLoader(train, batch_size=30, shuffle=True)
    valid_loader, test_loader = DataLoader(valid, batch_size=300), DataLoader(test, batch_size=300)
    model = nn.Sequential(nn.Linear(64, 64), nn.BatchNorm1d(64), nn.ReLU(), nn.Dropout(0.3), nn.Linear(64, 10))
    criterion = nn.CrossEntropyLoss()
    optimizer = optim.Adam(model.parameters(), lr=1e-2)
    scheduler = optim.lr_scheduler.ReduceLROnPlateau(optimizer, factor=0.3, patience=1)
    stopper, stop = EarlyStopping(), False
    for epoch in range(12):
        for i, (x, y) in enumerate(train_loader):
            optimizer.zero_grad()
            criterion(model(x), y).backward()
            optimizer.step()
            if i % 20 == 19:
                value, acc = evaluate(model, valid_loader, criterion)
                scheduler.step(value)
                stop = stopper(value, model)
                print(f"epoch {epoch} batch {i}: {value:.4f} {acc:.3f}")
                if stop:
                    break
        if stop:
            break
    model.load_state_dict(stopper.weights)
    print("METRIC accuracy", evaluate(model, test_loader, criterion)[1])


if __name__ == "__main__":
    main()
