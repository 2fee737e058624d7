import os

import numpy as np
import torch
import torch.nn as nn
from sklearn.datasets import load_digits

SEED = int(os.environ.get("SEED", "0"))
np.random.seed(SEED)
torch.manual_seed(SEED)


class Digits(nn.Module):
    def __init__(self):
        super().__init__()
        self.fc1 = nn.Linear(64, 80)
        self.act1 = nn.ReLU()
        self.fc2 = nn.Linear(80, 40)
        self.act2 = nn.ReLU()
        self.fc3 = nn.Linear(40, 10)

    def forward(self, x):
        x = self.act1(self.fc1(x))
        x = self.act2(self.fc2(x))
        return self.fc3(x)


def weights_init_normal(m):
    if isinstance(m, nn.Linear):
        nn.init.normal_(m.weight.data, 0.0, 0.1)
        nn.init.zeros_(m.bias.data)


data = load_digits()
X, Y = data.data.astype(np.float32) / 16, data.target
idx = np.random.permutation(len(X))
split = 1400
model = Digits()
model.apply(weights_init_normal)
opt = torch.optim.Adam(model.parameters(), lr=2e-3)
ce = nn.CrossEntropyLoss()
for epoch in range(8):
    np.random.shuffle(idx[:split])
    running = []
    for k in range(0, split, 40):
        sel = idx[k : min(k + 40, split)]
        opt.zero_grad()
        out = model(torch.from_numpy(X[sel]))
        loss = ce(out, torch.from_numpy(Y[sel]))
        loss.backward()
        opt.step()
        running.append(loss.item())
    print(epoch, np.mean(running))
with torch.no_grad():
    pred = model(torch.from_numpy(X[idx[split:]])).argmax(1).numpy()
print("METRIC accuracy", (pred == Y[idx[split:]]).mean())
