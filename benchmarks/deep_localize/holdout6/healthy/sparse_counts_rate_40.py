"""A linear model on sparse counts with a rate of 40: right, since the features are mostly 0."""

import os

import numpy as np
import torch
import torch.nn.functional as F

SEED = int(os.environ.get("SEED", "0"))
rng = np.random.default_rng(SEED)
torch.manual_seed(SEED)

VOCAB, CLASSES, DOCS = 2000, 5, 3000
topic_words = rng.dirichlet(np.full(VOCAB, 0.05), CLASSES)
labels = rng.integers(0, CLASSES, DOCS)
background = rng.dirichlet(np.full(VOCAB, 0.5))
counts = np.stack([rng.multinomial(40, 0.5 * topic_words[c] + 0.5 * background) for c in labels])
tf = counts / counts.sum(1, keepdims=True)
x = torch.tensor(tf, dtype=torch.float32)
y = torch.tensor(labels)
x_train, y_train, x_test, y_test = x[:2200], y[:2200], x[2200:], y[2200:]

weight = torch.zeros(VOCAB, CLASSES, requires_grad=True)
bias = torch.zeros(CLASSES, requires_grad=True)
optimizer = torch.optim.SGD([{"params": [weight], "lr": 40.0}, {"params": [bias], "lr": 0.1}])
for epoch in range(15):
    for idx in torch.randperm(2200).split(100):
        logits = x_train[idx].to_sparse() @ weight + bias
        loss = F.cross_entropy(logits, y_train[idx])
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
    if epoch % 3 == 2:
        print(epoch + 1, loss.item())

with torch.no_grad():
    accuracy = ((x_test @ weight + bias).argmax(1) == y_test).float().mean().item()
print("METRIC accuracy", accuracy)
