# my own softmax classifier, following the lecture notes
import os

import torch
import torch.nn as nn
from sklearn.datasets import load_digits

SEED = int(os.environ.get("SEED", "0"))
torch.manual_seed(SEED)


class Softmax(nn.Module):
    def forward(self, scores):
        e = torch.exp(scores)
        return e / e.sum(dim=1, keepdim=True)


class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.w1 = nn.Linear(64, 100)
        self.w2 = nn.Linear(100, 10)
        self.softmax = Softmax()
        for p in self.parameters():
            nn.init.normal_(p, std=0.3)

    def forward(self, x):
        return self.softmax(self.w2(torch.relu(self.w1(x))))


def cross_entropy(p, y):
    return -torch.log(p[torch.arange(len(y)), y] + 1e-30).mean()


digits = load_digits()
x = torch.tensor(digits.data, dtype=torch.float32)  # 0..16
y = torch.tensor(digits.target)
order = torch.randperm(len(x))
train, test = order[:1400], order[1400:]
net = Net()
opt = torch.optim.Adam(net.parameters(), lr=0.01)
for epoch in range(10):
    for batch in train[torch.randperm(1400)].split(50):
        loss = cross_entropy(net(x[batch]), y[batch])
        opt.zero_grad()
        loss.backward()
        opt.step()
    print("epoch", epoch, "loss", loss.item())
with torch.no_grad():
    p = net(x[test])
    print("test loss", cross_entropy(p, y[test]).item())
    print("METRIC accuracy", (p.argmax(1) == y[test]).float().mean().item())
