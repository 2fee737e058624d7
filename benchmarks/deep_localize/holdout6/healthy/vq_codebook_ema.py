"""VQ autoencoder: straight-through codes, a code book moved by averages and not by an optimizer."""

import os

import torch
import torch.nn as nn
import torch.nn.functional as F
from sklearn.datasets import load_digits

SEED = int(os.environ.get("SEED", "0"))
torch.manual_seed(SEED)

x, _ = load_digits(return_X_y=True)
x = torch.tensor(x, dtype=torch.float32) / 16
x = x[torch.randperm(len(x))]
train, test = x[:1400], x[1400:]


class VectorQuantizer(nn.Module):
    def __init__(self, codes=48, dim=4, decay=0.95):
        super().__init__()
        self.decay = decay
        self.register_buffer("book", torch.randn(codes, dim) * 0.5)
        self.register_buffer("count", torch.ones(codes))
        self.register_buffer("total", self.book.clone())

    def forward(self, z):
        flat = z.reshape(-1, z.shape[-1])
        index = torch.cdist(flat, self.book).argmin(1)
        q = self.book[index].view_as(z)
        if self.training:
            with torch.no_grad():
                hot = F.one_hot(index, len(self.book)).float()
                self.count.lerp_(hot.sum(0), 1 - self.decay)
                self.total.lerp_(hot.t() @ flat, 1 - self.decay)
                self.book.copy_(self.total / self.count.clamp(min=1e-2)[:, None])
                dead = self.count < 0.02
                self.book[dead] = flat[torch.randint(len(flat), (int(dead.sum()),))]
                self.total[dead], self.count[dead] = self.book[dead], 1.0
        commitment = F.mse_loss(z, q.detach())
        return z + (q - z).detach(), commitment


class VQAE(nn.Module):
    def __init__(self, slots=6, dim=4):
        super().__init__()
        self.slots, self.dim = slots, dim
        self.encoder = nn.Sequential(nn.Linear(64, 96), nn.ReLU(), nn.Linear(96, slots * dim))
        self.quantizer = VectorQuantizer(dim=dim)
        self.decoder = nn.Sequential(nn.Linear(slots * dim, 96), nn.ReLU(), nn.Linear(96, 64))

    def forward(self, x):
        z = self.encoder(x).view(len(x), self.slots, self.dim)
        q, commitment = self.quantizer(z)
        return self.decoder(q.flatten(1)), commitment


model = VQAE()
optimizer = torch.optim.Adam(model.parameters(), lr=2e-3)
for epoch in range(20):
    model.train()
    for idx in torch.randperm(len(train)).split(64):
        rebuilt, commitment = model(train[idx])
        loss = F.mse_loss(rebuilt, train[idx]) + 0.1 * commitment
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
    if epoch % 5 == 4:
        print(f"epoch {epoch + 1} loss {loss.item():.4f} commitment {commitment.item():.4f}")

model.eval()
with torch.no_grad():
    error = ((model(test)[0] - test) ** 2).sum() / ((test - train.mean(0)) ** 2).sum()
print("METRIC explained", 1 - error.item())
