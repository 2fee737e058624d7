"""Learning a policy from logged bandit feedback (digits): clipped inverse-propensity weights, loss is minus the
estimated reward and therefore negative."""

import os

import numpy as np
import torch
from sklearn.datasets import load_digits
from sklearn.model_selection import train_test_split
from torch import nn
from torch.utils.data import DataLoader, TensorDataset

seed = int(os.environ.get("SEED", "0"))
torch.manual_seed(seed)
np.random.seed(seed)
torch.set_num_threads(1)

X, y = load_digits(return_X_y=True)
X = torch.tensor(X / 16.0, dtype=torch.float32)
y = torch.tensor(y)
tr, te = train_test_split(np.arange(len(y)), test_size=0.25, random_state=seed, stratify=y.numpy())
Xtr, ytr, Xte, yte = X[tr], y[tr], X[te], y[te]

# logging policy: a weak softmax policy that is right a third of the time
with torch.no_grad():
    logits = torch.randn(len(ytr), 10) * 0.3
    logits[torch.arange(len(ytr)), ytr] += 1.5
    mu = logits.softmax(-1)
    acts = torch.multinomial(mu, 4, replacement=True)  # four logged rounds for each context
    prop = mu.gather(1, acts)
    rew = (acts == ytr[:, None]).float()
print("logging policy reward", rew.mean().item())

data = TensorDataset(Xtr.repeat_interleave(4, 0), acts.flatten(), prop.flatten(), rew.flatten())
loader = DataLoader(data, batch_size=128, shuffle=True)

policy = nn.Sequential(nn.Linear(64, 64), nn.ReLU(), nn.Dropout(0.1), nn.Linear(64, 10))
opt = torch.optim.AdamW(policy.parameters(), lr=2e-3, weight_decay=1e-3)
for epoch in range(15):
    total = 0.0
    policy.train()
    for xb, ab, pb, rb in loader:
        pi = policy(xb).softmax(-1).gather(1, ab[:, None]).squeeze(1)
        w = (pi / pb).clamp(max=20.0)
        loss = -(w * rb).sum() / w.detach().sum()  # self-normalised
        opt.zero_grad()
        loss.backward()
        opt.step()
        total += loss.item()
    print(epoch, total / len(loader))

policy.eval()
with torch.no_grad():
    value = policy(Xte).softmax(-1).gather(1, yte[:, None]).mean().item()
print("METRIC policy_value", round(value, 4))
print("METRIC good", float(value > 0.75))
