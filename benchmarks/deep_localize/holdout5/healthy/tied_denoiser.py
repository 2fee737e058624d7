"""Denoising autoencoder, decoder weights are the encoder's transposed."""

import itertools
import os

import torch
import torch.nn as nn
import torch.nn.functional as F
from sklearn.datasets import load_digits

torch.manual_seed(int(os.environ.get("SEED", "0")))


class TiedAutoencoder(nn.Module):
    def __init__(self, sizes=(64, 40, 20)):
        super().__init__()
        self.weights = nn.ParameterList([nn.Parameter(torch.empty(b, a)) for a, b in itertools.pairwise(sizes)])
        self.enc_bias = nn.ParameterList([nn.Parameter(torch.zeros(b)) for b in sizes[1:]])
        self.dec_bias = nn.ParameterList([nn.Parameter(torch.zeros(a)) for a in sizes[:-1]])
        for w in self.weights:
            nn.init.xavier_uniform_(w)

    def forward(self, x):
        for w, b in zip(self.weights, self.enc_bias):
            x = torch.tanh(F.linear(x, w, b))
        for i in reversed(range(len(self.weights))):
            x = F.linear(x, self.weights[i].t(), self.dec_bias[i])
            if i > 0:
                x = torch.tanh(x)
        return torch.sigmoid(x)


X = torch.tensor(load_digits().data, dtype=torch.float32) / 16
X = X[torch.randperm(len(X))]
train, test = X[:1400], X[1400:]
model = TiedAutoencoder()
optimizer = torch.optim.Adam(model.parameters(), lr=3e-3)
for epoch in range(25):
    for idx in torch.randperm(len(train)).split(70):
        clean = train[idx]
        noisy = (clean + 0.2 * torch.randn_like(clean)).clamp(0, 1)
        loss = F.binary_cross_entropy(model(noisy), clean)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
    if epoch % 5 == 0:
        print(epoch, round(loss.item(), 4))

with torch.no_grad():
    rest = ((model(test) - test) ** 2).mean()
print("METRIC explained", (1 - rest / ((test - train.mean(0)) ** 2).mean()).item())
