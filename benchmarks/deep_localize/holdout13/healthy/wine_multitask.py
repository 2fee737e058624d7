"""Two tasks on wine data, class and alcohol, with learned uncertainty weights and accumulated gradients."""

import os

import torch
import torch.nn as nn
import torch.nn.functional as F
from sklearn.datasets import load_wine
from sklearn.model_selection import train_test_split

SEED = int(os.environ.get("SEED", "0"))
torch.manual_seed(SEED)
torch.set_num_threads(1)

ACCUMULATE = 2

data = load_wine()
features, alcohol = data.data[:, 1:], data.data[:, 0]
split = train_test_split(features, alcohol, data.target, test_size=0.3, stratify=data.target, random_state=SEED)
x_train, x_test, a_train, a_test = (torch.tensor(v, dtype=torch.float32) for v in split[:4])
y_train, y_test = torch.tensor(split[4]), torch.tensor(split[5])
mean, std = x_train.mean(0), x_train.std(0)
x_train, x_test = (x_train - mean) / std, (x_test - mean) / std
a_mean, a_std = a_train.mean(), a_train.std()
a_train = (a_train - a_mean) / a_std


class TwoHeads(nn.Module):
    def __init__(self):
        super().__init__()
        self.shared = nn.Sequential(nn.Linear(12, 24), nn.ReLU())
        self.classify = nn.Linear(24, 3)
        self.regress = nn.Linear(24, 1)
        self.log_variance = nn.Parameter(torch.zeros(2))

    def forward(self, x):
        h = self.shared(x)
        return self.classify(h), self.regress(h).squeeze(1)

    def weighted(self, losses):
        return (torch.exp(-self.log_variance) * torch.stack(losses) + 0.5 * self.log_variance).sum()


model = TwoHeads()
decay, plain = [], []
for name, p in model.named_parameters():
    (decay if name.endswith("weight") else plain).append(p)
optimizer = torch.optim.AdamW(
    [{"params": decay, "weight_decay": 1e-2}, {"params": plain, "weight_decay": 0.0}], lr=5e-3
)
for epoch in range(40):
    model.train()
    batches = torch.randperm(len(x_train)).split(16)
    optimizer.zero_grad()
    for i, index in enumerate(batches):
        logits, amount = model(x_train[index])
        losses = [F.cross_entropy(logits, y_train[index]), 0.5 * F.mse_loss(amount, a_train[index])]
        (model.weighted(losses) / ACCUMULATE).backward()
        if (i + 1) % ACCUMULATE == 0 or i + 1 == len(batches):
            optimizer.step()
            optimizer.zero_grad()
    if epoch % 10 == 0:
        print(f"epoch {epoch} class {losses[0].item():.3f} alcohol {losses[1].item():.3f}")

model.eval()
with torch.no_grad():
    logits, amount = model(x_test)
    accuracy = (logits.argmax(1) == y_test).float().mean().item()
    error = (amount * a_std + a_mean - a_test).abs().mean().item()
print(f"alcohol error {error:.3f}")
print(f"METRIC accuracy {accuracy:.4f}")
