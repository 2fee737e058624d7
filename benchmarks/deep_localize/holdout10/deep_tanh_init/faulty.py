"""Deep tanh network for a physical surface, weights initialised through model.apply."""

import os

import torch
import torch.nn as nn

SEED = int(os.environ.get("SEED", "0"))
torch.manual_seed(SEED)
torch.set_num_threads(1)


def surface(n):
    p = torch.rand(n, 2) * 2 - 1
    x, y = p[:, 0], p[:, 1]
    z = torch.sin(3 * x) * torch.cos(2 * y) + 0.5 * x * y - 0.3 * y**2
    return p, z


p_train, z_train = surface(2000)
z_train = z_train + 0.05 * torch.randn(len(z_train))
p_test, z_test = surface(1000)


def init_weights(module):
    if isinstance(module, nn.Linear):
        nn.init.normal_(module.weight, mean=0.0, std=1.0)
        nn.init.zeros_(module.bias)


class SurfaceNet(nn.Module):
    def __init__(self, width=96, depth=5):
        super().__init__()
        layers = [nn.Linear(2, width), nn.Tanh()]
        for _ in range(depth - 1):
            layers += [nn.Linear(width, width), nn.Tanh()]
        self.layers = nn.Sequential(*layers)
        self.out = nn.Linear(width, 1)
        self.apply(init_weights)

    def forward(self, p):
        return self.out(self.layers(p)).squeeze(-1)


model = SurfaceNet()
optimizer = torch.optim.Adam(model.parameters(), lr=1e-3)
scheduler = torch.optim.lr_scheduler.ExponentialLR(optimizer, gamma=0.93)


def r2():
    with torch.no_grad():
        error = (model(p_test) - z_test).square().mean()
    return (1 - error / z_test.var()).item()


for epoch in range(25):
    for idx in torch.randperm(len(p_train)).split(64):
        loss = nn.functional.mse_loss(model(p_train[idx]), z_train[idx])
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
    scheduler.step()
    if epoch % 5 == 4:
        print(f"epoch {epoch + 1} mse {loss.item():.4f} r2 {r2():.3f}")

print("METRIC r2", r2())
