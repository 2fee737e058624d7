"""Signs on a small grid with mixup: each sample is blended with another one, and so is its loss."""

import os

import numpy as np
import torch
import torch.nn as nn

SEED = int(os.environ.get("SEED", "0"))
torch.manual_seed(SEED)
np.random.seed(SEED)
torch.set_num_threads(1)


def glyphs(n):
    """Ten signs on an 8x8 grid, moved by up to a pixel and with noise."""
    signs = (torch.rand(10, 1, 8, 8, generator=torch.Generator().manual_seed(12)) < 0.4).float()
    target = torch.randint(0, 10, (n,))
    shifts = torch.randint(-1, 2, (n, 2)).tolist()
    images = torch.stack([signs[t].roll(s, (1, 2)) for t, s in zip(target.tolist(), shifts)])
    return images + 0.3 * torch.randn(n, 1, 8, 8), target


x, y = glyphs(1800)
x = x.flatten(1) * 2 - 1
perm = torch.randperm(len(x))
x_train, y_train, x_test, y_test = x[perm[:1300]], y[perm[:1300]], x[perm[1300:]], y[perm[1300:]]


def mixup_data(x, y, alpha=0.3):
    """Blended inputs, both targets, and the share of the first."""
    lam = max(np.random.beta(alpha, alpha), 0.0)
    lam = max(lam, 1 - lam)
    index = torch.randperm(len(x))
    return lam * x + (1 - lam) * x[index], y, y[index], lam


def mixup_criterion(criterion, pred, y_a, y_b, lam):
    return lam * criterion(pred, y_a) + (1 - lam) * criterion(pred, y_b)


class Maxout(nn.Module):
    def __init__(self, d_in, d_out, pieces=3):
        super().__init__()
        self.linear = nn.Linear(d_in, d_out * pieces)
        self.pieces = pieces

    def forward(self, x):
        return self.linear(x).unflatten(1, (-1, self.pieces)).amax(-1)


net = nn.Sequential(Maxout(64, 48), nn.Dropout(0.1), Maxout(48, 32), nn.Linear(32, 10))
criterion = nn.CrossEntropyLoss()
optimizer = torch.optim.SGD(net.parameters(), lr=0.05, momentum=0.9, nesterov=True, weight_decay=5e-4)

for epoch in range(14):
    net.train()
    train_loss = 0.0
    for idx in torch.randperm(len(x_train)).split(65):
        inputs, targets_a, targets_b, lam = mixup_data(x_train[idx], y_train[idx])
        outputs = net(inputs)
        loss = mixup_criterion(criterion, outputs, targets_a, targets_b, lam)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        train_loss += loss.item()
    if epoch % 5 == 4:
        print(f"epoch {epoch + 1} train loss {train_loss / 20:.3f}")

net.eval()
with torch.no_grad():
    scores = net(x_test)
print("accuracy", (scores.argmax(1) == y_test).float().mean().item())
print("METRIC nll", criterion(scores, y_test).item())
