"""Deflections of a beam in metres, a few thousandths each: gradients are tiny, so SGD's rate is in the thousands."""

import os

import torch
import torch.nn as nn

torch.manual_seed(int(os.environ.get("SEED", "0")))
torch.set_num_threads(1)


def beams(n):
    load, length, place = torch.rand(n, 1), 1 + torch.rand(n, 1), torch.rand(n, 1)
    deflection = 2e-3 * load * length**2 * torch.sin(torch.pi * place)
    return torch.cat([2 * load - 1, 2 * (length - 1.5), 2 * place - 1], 1), deflection


class BeamNet(nn.Module):
    """The last layer is drawn small, to the scale of its targets."""

    def __init__(self):
        super().__init__()
        self.hidden = nn.Sequential(nn.Linear(3, 64), nn.Tanh(), nn.Linear(64, 32), nn.Tanh())
        self.out = nn.Linear(32, 1)
        nn.init.normal_(self.out.weight, std=1e-3)
        nn.init.zeros_(self.out.bias)

    def forward(self, x):
        return self.out(self.hidden(x))


x, y = beams(2000)
x_test, y_test = beams(500)
net = BeamNet()
optimizer = torch.optim.SGD(
    [{"params": net.out.parameters(), "lr": 0.02}, {"params": net.hidden.parameters(), "lr": 8000.0}], momentum=0.9
)
for epoch in range(50):
    for idx in torch.randperm(len(x)).split(50):
        loss = nn.functional.mse_loss(net(x[idx]), y[idx])
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
    if epoch % 10 == 9:
        print(f"epoch {epoch + 1} rmse {loss.item() ** 0.5:.2e} m")
with torch.no_grad():
    r2 = 1 - (net(x_test) - y_test).pow(2).sum() / (y_test - y_test.mean()).pow(2).sum()
print("METRIC r2", r2.item())
