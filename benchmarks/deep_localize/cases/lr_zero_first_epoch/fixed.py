# Report: https://github.com/huggingface/transformers/issues/20916: warm-up counted in steps, scheduler stepped once an epoch
import os

import torch
import torch.nn as nn
from sklearn.datasets import load_digits
from torch.optim.lr_scheduler import LambdaLR
from torch.utils.data import DataLoader, TensorDataset

SEED = int(os.environ.get("SEED", "2"))
torch.manual_seed(SEED)
digits = load_digits()
X = torch.tensor(digits.data / 16.0, dtype=torch.float32)
y = torch.tensor(digits.target)
perm = torch.randperm(len(X))
train_set = TensorDataset(X[perm[:1400]], y[perm[:1400]])
test_x, test_y = X[perm[1400:]], y[perm[1400:]]
EPOCHS, BATCH = 5, 32
loader = DataLoader(train_set, BATCH, shuffle=True)
total_steps = EPOCHS * len(loader)
warmup_steps = 100

model = nn.Sequential(nn.Linear(64, 128), nn.GELU(), nn.Linear(128, 10))
optimizer = torch.optim.AdamW(model.parameters(), lr=2e-3)


def warmup_then_decay(step):
    if step < warmup_steps:
        return step / warmup_steps
    return max(0.0, (total_steps - step) / (total_steps - warmup_steps))


scheduler = LambdaLR(optimizer, warmup_then_decay)
for epoch in range(EPOCHS):
    model.train()
    for xb, yb in loader:
        loss = nn.functional.cross_entropy(model(xb), yb)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        scheduler.step()
    model.eval()
    with torch.no_grad():
        acc = (model(test_x).argmax(1) == test_y).float().mean().item()
    print(f"epoch {epoch} lr {scheduler.get_last_lr()[0]:.2e} loss {loss.item():.3f} acc {acc:.3f}")
print("METRIC accuracy", acc)
