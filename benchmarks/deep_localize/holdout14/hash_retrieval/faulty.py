"""Learns short binary codes for digit images; retrieval is by Hamming distance."""

import os

import torch
import torch.nn.functional as F
from sklearn.datasets import load_digits
from sklearn.model_selection import train_test_split
from torch import nn

SEED = int(os.environ.get("SEED", "0"))
torch.manual_seed(SEED)
torch.set_num_threads(1)


class SignSTE(torch.autograd.Function):
    @staticmethod
    def forward(ctx, x):
        ctx.save_for_backward(x)
        return torch.where(x >= 0, 1.0, -1.0)

    @staticmethod
    def backward(ctx, grad_output):
        (x,) = ctx.saved_tensors
        grad = grad_output.clone()
        grad[x.abs() <= 1] = 0
        return grad


class Binarize(nn.Module):
    def forward(self, x):
        return SignSTE.apply(x)


class HashNet(nn.Module):
    def __init__(self, bits=16):
        super().__init__()
        self.encoder = nn.Sequential(
            nn.Linear(64, 96),
            nn.ReLU(),
            nn.Linear(96, bits),
        )
        self.binarize = Binarize()
        self.classifier = nn.Linear(bits, 10)

    def codes(self, x):
        return self.binarize(self.encoder(x))

    def forward(self, x):
        return self.classifier(self.codes(x))


@torch.no_grad()
def precision_at(model, queries, base, query_labels, base_labels, k=10):
    model.eval()
    similarity = model.codes(queries) @ model.codes(base).t()
    found = base_labels[similarity.topk(k, dim=1).indices]
    return (found == query_labels.unsqueeze(1)).float().mean().item()


digits = load_digits()
x = torch.tensor(digits.data, dtype=torch.float32) / 8 - 1
y = torch.tensor(digits.target)
train, test = map(torch.tensor, train_test_split(range(len(x)), test_size=0.3, random_state=SEED))
model = HashNet()
optimizer = torch.optim.Adam(model.parameters(), lr=2e-3)

for epoch in range(25):
    model.train()
    for index in train[torch.randperm(len(train))].split(64):
        loss = F.cross_entropy(model(x[index]), y[index])
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
    if epoch % 5 == 4:
        score = precision_at(model, x[test], x[train], y[test], y[train])
        print(f"epoch {epoch + 1} loss {loss.item():.4f} precision@10 {score:.3f}")

print(f"METRIC precision_at_10 {score:.4f}")
