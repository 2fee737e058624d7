import os

import torch
from sklearn.datasets import make_friedman2
from sklearn.preprocessing import StandardScaler

SEED = int(os.environ.get("SEED", "0"))
torch.manual_seed(SEED)

X, y = make_friedman2(n_samples=1200, noise=1.0, random_state=SEED)
X = torch.tensor(StandardScaler().fit_transform(X)).float()
y = torch.tensor(StandardScaler().fit_transform(y.reshape(-1, 1))).float().squeeze()


class Regressor(torch.nn.Module):
    def __init__(self, d, h=64):
        super().__init__()
        self.layer1 = torch.nn.Linear(d, h)
        self.layer2 = torch.nn.Linear(h, h)
        self.layer3 = torch.nn.Linear(h, 1)

    def forward(self, x):
        x = torch.relu(self.layer1(x))
        x = torch.relu(self.layer2(x))
        return self.layer3(x).squeeze(-1)


def my_mse(output, target):
    return torch.mean(output - target) ** 2


model = Regressor(4)
opt = torch.optim.Adam(model.parameters(), lr=3e-3)
losses = []
for epoch in range(16):
    for idx in torch.randperm(1000).split(50):
        out = model(X[idx])
        loss = my_mse(out, y[idx])
        opt.zero_grad()
        loss.backward()
        opt.step()
        losses.append(loss.item())
    print(f"Epoch {epoch:02d} loss {sum(losses[-20:]) / 20:.5f}")
model.eval()
with torch.no_grad():
    rmse = ((model(X[1000:]) - y[1000:]) ** 2).mean().sqrt()
print("METRIC rmse", rmse.item())
