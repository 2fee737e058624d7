"""Labels by a careless crowd, two in five wrong: generalised cross entropy keeps them from being learned by heart."""

import os

import torch
import torch.nn as nn
from torch.utils.data import DataLoader, TensorDataset

torch.manual_seed(int(os.environ.get("SEED", "0")))
torch.set_num_threads(1)
CLASSES = 5
centers = torch.randn(CLASSES, 8, generator=torch.Generator().manual_seed(2)) * 1.4


def truth(n):
    y = torch.randint(0, CLASSES, (n,))
    return centers[y] + 0.9 * torch.randn(n, 8), y


def careless(y, rate=0.4):
    wrong = torch.rand(len(y)) < rate
    return torch.where(wrong, (y + torch.randint(1, CLASSES, y.shape)) % CLASSES, y)


class GCELoss(nn.Module):
    def __init__(self, q=0.6):
        super().__init__()
        self.q = q

    def forward(self, logits, target):
        p = logits.softmax(1).gather(1, target[:, None]).squeeze(1).clamp(min=1e-6)
        return ((1 - p**self.q) / self.q).mean()


x, y = truth(3000)
loader = DataLoader(TensorDataset(x, careless(y)), batch_size=64, shuffle=True)
x_test, y_test = truth(800)
model = nn.Sequential(nn.Linear(8, 64), nn.ReLU(), nn.Dropout(0.2), nn.Linear(64, CLASSES))
criterion = GCELoss()
optimizer = torch.optim.SGD(model.parameters(), lr=0.1, momentum=0.9, weight_decay=1e-3)
for epoch in range(10):
    model.train()
    hits = 0
    for xb, yb in loader:
        out = model(xb)
        loss = criterion(out, yb)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        hits += (out.argmax(1) == yb).sum().item()
    print(f"epoch {epoch} loss {loss.item():.3f} agrees with the crowd {hits / len(x):.3f}")
model.eval()
with torch.no_grad():
    print("METRIC accuracy", (model(x_test).argmax(1) == y_test).float().mean().item())
