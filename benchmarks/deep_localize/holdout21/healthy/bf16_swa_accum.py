"""bfloat16 autocast on CPU, gradient accumulation over 4 micro-batches, clipping that is always active, SWA with update_bn."""

import os

import torch
import torch.nn as nn
import torch.nn.functional as F
from sklearn.datasets import load_digits
from torch.optim.swa_utils import SWALR, AveragedModel, update_bn

torch.manual_seed(int(os.environ.get("SEED", 0)))
d = load_digits()
X, y = torch.tensor(d.images, dtype=torch.float32).unsqueeze(1) / 16, torch.tensor(d.target)
perm = torch.randperm(len(X))
X, y = X[perm], y[perm]
Xtr, ytr, Xte, yte = X[:1280], y[:1280], X[1280:], y[1280:]
ACC, MICRO = 4, 16


class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.fc1, self.bn1 = nn.Linear(64, 128), nn.BatchNorm1d(128)
        self.fc2, self.bn2 = nn.Linear(128, 128), nn.BatchNorm1d(128)
        self.out = nn.Linear(128, 10)

    def forward(self, x):
        x = F.relu(self.bn1(self.fc1(x.flatten(1))))
        x = F.relu(self.bn2(self.fc2(x)))
        return self.out(x)


model = Net()
swa = AveragedModel(model)
opt = torch.optim.SGD(model.parameters(), lr=0.3, momentum=0.9, weight_decay=1e-4)
swa_sched = SWALR(opt, swa_lr=0.1, anneal_epochs=2)
for epoch in range(10):
    model.train()
    tot = 0.0
    opt.zero_grad()
    for i, idx in enumerate(torch.randperm(1280).split(MICRO)):
        with torch.autocast("cpu", dtype=torch.bfloat16):
            loss = F.cross_entropy(model(Xtr[idx]), ytr[idx]) / ACC
        loss.backward()
        tot += loss.item() * ACC / 80
        if (i + 1) % ACC == 0:
            gn = nn.utils.clip_grad_norm_(model.parameters(), 0.05)
            opt.step()
            opt.zero_grad()
    if epoch >= 5:
        swa.update_parameters(model)
        swa_sched.step()
    print(f"epoch {epoch} loss {tot:.4f} last grad norm {gn.item():.3f} lr {opt.param_groups[0]['lr']:.3f}")
update_bn(Xtr.split(64), swa)
swa.eval()
with torch.no_grad():
    acc = (swa(Xte).argmax(1) == yte).float().mean().item()
print("METRIC accuracy", acc)
