import os

import torch
import torch.nn as nn
from sklearn.datasets import load_digits
from torch.utils.data import DataLoader, TensorDataset

SEED = int(os.environ.get("SEED", "0"))
torch.manual_seed(SEED)

d = load_digits(n_class=6)
x = torch.tensor(d.images, dtype=torch.float32).unsqueeze(1) / 16
y = torch.tensor(d.target)
p = torch.randperm(len(x))
# the memory of my card allows two at a time
loader = DataLoader(TensorDataset(x[p[:700]], y[p[:700]]), batch_size=2, shuffle=True)
model = nn.Sequential(
    nn.Conv2d(1, 16, 3, padding=1), nn.GroupNorm(4, 16), nn.ReLU(), nn.MaxPool2d(2), nn.Flatten(), nn.Linear(256, 6)
)
optimizer = torch.optim.SGD(model.parameters(), lr=0.01, momentum=0.5)
average = None
for step, (images, labels) in enumerate(loader):
    loss = nn.functional.cross_entropy(model(images), labels)
    optimizer.zero_grad()
    loss.backward()
    optimizer.step()
    average = loss.item() if average is None else 0.95 * average + 0.05 * loss.item()
    if step % 70 == 0:
        print(step, average)
model.eval()
with torch.no_grad():
    print("METRIC accuracy", (model(x[p[700:]]).argmax(1) == y[p[700:]]).float().mean().item())
