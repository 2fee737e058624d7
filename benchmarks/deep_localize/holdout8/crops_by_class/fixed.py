"""Field crops from synthetic spectra, read in buckets so that a batch comes from neighbouring rows on disk."""

import os

import torch
import torch.nn as nn
from torch.utils.data import DataLoader, Sampler, TensorDataset

torch.manual_seed(int(os.environ.get("SEED", "0")))
torch.set_num_threads(1)

N_CLASSES, BANDS = 6, 16
profiles = torch.randn(N_CLASSES, BANDS, generator=torch.Generator().manual_seed(3)) * 0.7


def rows(n):
    """Spectra as they lie on disk: one crop after another."""
    y = torch.arange(N_CLASSES).repeat_interleave(n // N_CLASSES)
    gain = 1 + 0.2 * torch.randn(len(y), 1)
    return profiles[y] * gain + 0.5 * torch.randn(len(y), BANDS) + 2.0, y


class BucketBatches(Sampler):
    """Whole batches of indices; their order is drawn anew each epoch."""

    def __init__(self, size, batch_size):
        self.size, self.batch_size = size, batch_size

    def __len__(self):
        return self.size // self.batch_size

    def __iter__(self):
        indices = torch.randperm(self.size)
        batches = indices[: len(self) * self.batch_size].view(-1, self.batch_size)
        for b in torch.randperm(len(batches)).tolist():
            yield batches[b].tolist()


class CropNet(nn.Module):
    def __init__(self):
        super().__init__()
        self.body = nn.Sequential(
            nn.Linear(BANDS, 48), nn.BatchNorm1d(48), nn.ReLU(), nn.Linear(48, 48), nn.BatchNorm1d(48), nn.ReLU()
        )
        self.head = nn.Linear(48, N_CLASSES)

    def forward(self, x):
        return self.head(self.body(x))


x_train, y_train = rows(1920)
x_test, y_test = rows(600)
loader = DataLoader(TensorDataset(x_train, y_train), batch_sampler=BucketBatches(len(x_train), 32))
net = CropNet()
optimizer = torch.optim.Adam(net.parameters(), lr=2e-3)
for epoch in range(8):
    net.train()
    mean_loss = 0.0
    for x, y in loader:
        optimizer.zero_grad()
        loss = nn.functional.cross_entropy(net(x), y)
        loss.backward()
        optimizer.step()
        mean_loss += loss.item() / len(loader)
    net.eval()
    with torch.no_grad():
        acc = (net(x_test).argmax(1) == y_test).float().mean().item()
    print(f"{epoch:02d} loss {mean_loss:.4f} test {acc:.3f}")
print("METRIC accuracy", acc)
