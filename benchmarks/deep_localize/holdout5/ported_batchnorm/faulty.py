# Small VGG-like net, layers renamed after an old Keras model
import os

import numpy as np
import torch
import torch.nn as nn
import torch.nn.functional as F
from sklearn.datasets import load_digits
from sklearn.model_selection import train_test_split

seed = int(os.environ.get("SEED", "0"))
torch.manual_seed(seed)
np.random.seed(seed)


class PortedNet(nn.Module):
    def __init__(self, num_classes=10):
        super().__init__()
        self.conv1 = nn.Conv2d(1, 12, 3, padding=1, bias=False)
        self.bn1 = nn.BatchNorm2d(12, eps=0.001, momentum=0.0)
        self.conv2 = nn.Conv2d(12, 16, 3, padding=1, bias=False)
        self.bn2 = nn.BatchNorm2d(16, eps=0.001, momentum=0.0)
        self.conv3 = nn.Conv2d(16, 24, 3, padding=1, bias=False)
        self.bn3 = nn.BatchNorm2d(24, eps=0.001, momentum=0.0)
        self.classifier = nn.Linear(24, num_classes)

    def forward(self, x):
        x = F.relu(self.bn1(self.conv1(x)))
        x = F.max_pool2d(x, 2)
        x = F.relu(self.bn2(self.conv2(x)))
        x = F.relu(self.bn3(self.conv3(x)))
        return self.classifier(F.adaptive_avg_pool2d(x, 1).flatten(1))


def accuracy(model, x, y):
    model.eval()
    with torch.no_grad():
        return (model(x).argmax(1) == y).float().mean().item()


digits = load_digits()
x = torch.tensor(digits.images, dtype=torch.float32).unsqueeze(1)
y = torch.tensor(digits.target)
tr, te = train_test_split(np.arange(len(y)), test_size=0.25, random_state=seed, stratify=digits.target)
x_tr, y_tr, x_te, y_te = x[tr], y[tr], x[te], y[te]

net = PortedNet()
opt = torch.optim.SGD(net.parameters(), lr=0.02, momentum=0.9, weight_decay=1e-4, nesterov=True)
for epoch in range(7):
    net.train()
    for idx in torch.randperm(len(x_tr)).split(64):
        loss = F.cross_entropy(net(x_tr[idx]), y_tr[idx])
        opt.zero_grad()
        loss.backward()
        opt.step()
    print("epoch", epoch, "loss", round(loss.item(), 4))
print("METRIC accuracy", accuracy(net, x_te, y_te))
