"""Fault codes of a pump: five kinds, some far rarer than others, learned with a focal loss."""

import os

import numpy as np
import torch
import torch.nn as nn
import torch.nn.functional as F
from torch.utils.data import DataLoader, TensorDataset

seed = int(os.environ.get("SEED", "0"))
np.random.seed(seed)
torch.manual_seed(seed)
torch.set_num_threads(1)

COUNTS = [2400, 700, 250, 110, 60]
N_FEATURES = 12
centers = np.random.RandomState(11).normal(0, 1.0, size=(5, N_FEATURES))


def sample(counts):
    xs = [centers[c] + 0.95 * np.random.normal(size=(n, N_FEATURES)) for c, n in enumerate(counts)]
    ys = [np.full(n, c) for c, n in enumerate(counts)]
    return torch.tensor(np.concatenate(xs), dtype=torch.float32), torch.tensor(np.concatenate(ys))


class FocalLoss(nn.Module):
    def __init__(self, alpha, gamma=1.5):
        super().__init__()
        self.register_buffer("alpha", alpha)
        self.gamma = gamma

    def forward(self, logits, target):
        logp = F.log_softmax(logits, dim=-1)
        logpt = logp.gather(1, target[:, None]).squeeze(1)
        at = self.alpha[target]
        return -(at * (1 - logpt.exp()) ** self.gamma * logpt).sum() / at.sum()


def class_alpha(targets, n_classes):
    counts = torch.bincount(targets, minlength=n_classes).float()
    freq = counts / counts.sum()
    weights = freq
    return weights / weights.sum() * n_classes


def main():
    x_train, y_train = sample(COUNTS)
    x_test, y_test = sample([300] * 5)
    loader = DataLoader(TensorDataset(x_train, y_train), batch_size=128, shuffle=True)
    model = nn.Sequential(
        nn.Linear(N_FEATURES, 48),
        nn.LayerNorm(48),
        nn.GELU(),
        nn.Dropout(0.1),
        nn.Linear(48, 32),
        nn.GELU(),
        nn.Linear(32, 5),
    )
    criterion = FocalLoss(class_alpha(y_train, 5))
    optimizer = torch.optim.Adam(model.parameters(), lr=1.5e-3)
    for epoch in range(14):
        model.train()
        total = 0.0
        for xb, yb in loader:
            optimizer.zero_grad()
            loss = criterion(model(xb), yb)
            loss.backward()
            optimizer.step()
            total += loss.item()
        if epoch % 5 == 4:
            print("epoch", epoch + 1, "loss", round(total / len(loader), 4))
    model.eval()
    with torch.no_grad():
        pred = model(x_test).argmax(1)
    recall = [(pred[y_test == c] == c).float().mean().item() for c in range(5)]
    print("recall by class", np.round(recall, 2))
    print("METRIC balanced_accuracy", float(np.mean(recall)))


if __name__ == "__main__":
    main()
