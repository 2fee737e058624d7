"""Binary codes of vectors by an autoencoder: the sign is passed straight through in the backward pass."""

import os

import torch
import torch.nn as nn

torch.manual_seed(int(os.environ.get("SEED", "0")))
torch.set_num_threads(1)

BITS, DIM = 16, 40
factors = torch.randn(10, DIM, generator=torch.Generator().manual_seed(8))


def vectors(n):
    """Sums of a few patterns that are there or not."""
    present = (torch.rand(n, 10) < 0.5).float()
    return (present - 0.5) @ factors * 0.6 + 0.05 * torch.randn(n, DIM)


class Binarize(torch.autograd.Function):
    """Sign in the forward pass; the gradient passes where the input lies within [-1, 1]."""

    @staticmethod
    def forward(ctx, x):
        ctx.save_for_backward(x)
        return torch.where(x >= 0, 1.0, -1.0)

    @staticmethod
    def backward(ctx, grad_output):
        (x,) = ctx.saved_tensors
        grad = grad_output.clone()
        grad[x.abs() > 1] = 0
        return grad


class HashNet(nn.Module):
    def __init__(self):
        super().__init__()
        self.encoder = nn.Sequential(nn.Linear(DIM, 64), nn.ReLU(), nn.Linear(64, BITS))
        self.decoder = nn.Sequential(nn.Linear(BITS, 64), nn.ReLU(), nn.Linear(64, DIM))

    def forward(self, x):
        return self.decoder(Binarize.apply(self.encoder(x)))


data, test = vectors(3000), vectors(500)
net = HashNet()
optimizer = torch.optim.Adam(net.parameters(), lr=2e-3)
criterion = nn.MSELoss()
for epoch in range(25):
    total = 0.0
    for batch in data[torch.randperm(len(data))].split(100):
        loss = criterion(net(batch), batch)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        total += loss.item()
    if epoch % 5 == 4:
        print("epoch", epoch + 1, "loss", round(total / 30, 4))

with torch.no_grad():
    error = (criterion(net(test), test) / test.var(0).mean()).item()
print("METRIC relative_error", error)
