"""Momentum contrast on digit images; the key encoder follows the query encoder and a queue holds old keys."""

import copy
import os

import torch
import torch.nn.functional as F
from sklearn.datasets import load_digits
from sklearn.model_selection import train_test_split
from sklearn.neighbors import KNeighborsClassifier
from torch import nn

SEED = int(os.environ.get("SEED", "0"))
torch.manual_seed(SEED)
torch.set_num_threads(1)

digits = load_digits()
x = torch.tensor(digits.data, dtype=torch.float32).view(-1, 1, 8, 8) / 8 - 1
train_ids, test_ids = train_test_split(range(len(x)), test_size=0.3, random_state=SEED)
train_x = x[train_ids]


def augment(batch):
    padded = F.pad(batch, (1, 1, 1, 1), value=-1.0)
    shift = torch.randint(0, 3, (len(batch), 2))
    rows = (shift[:, :1] + torch.arange(8)).view(-1, 8, 1)
    cols = (shift[:, 1:] + torch.arange(8)).view(-1, 1, 8)
    batch = padded[torch.arange(len(batch)).view(-1, 1, 1), 0, rows, cols].unsqueeze(1)
    gain = 0.8 + 0.4 * torch.rand(len(batch), 1, 1, 1)
    return gain * batch + 0.25 * torch.randn_like(batch)


class MoCo(nn.Module):
    def __init__(self, dim=32, queue=512, momentum=0.98, temperature=0.2):
        super().__init__()
        self.query_encoder = nn.Sequential(
            nn.Conv2d(1, 16, 3, padding=1),
            nn.ReLU(),
            nn.Conv2d(16, 32, 3, stride=2, padding=1),
            nn.ReLU(),
            nn.Flatten(),
            nn.Linear(512, 64),
            nn.ReLU(),
            nn.Linear(64, dim),
        )
        self.key_encoder = copy.deepcopy(self.query_encoder).requires_grad_(False)
        self.momentum, self.temperature = momentum, temperature
        self.register_buffer("queue", F.normalize(torch.randn(queue, dim), dim=1))
        self.pointer = 0

    @torch.no_grad()
    def follow(self):
        for k, q in zip(self.key_encoder.parameters(), self.query_encoder.parameters()):
            k.lerp_(q, 1 - self.momentum)

    @torch.no_grad()
    def enqueue(self, keys):
        places = (self.pointer + torch.arange(len(keys))) % len(self.queue)
        self.queue[places] = keys
        self.pointer = (self.pointer + len(keys)) % len(self.queue)

    def forward(self, view_q, view_k):
        q = F.normalize(self.query_encoder(view_q), dim=1)
        with torch.no_grad():
            self.follow()
            k = F.normalize(self.key_encoder(view_k), dim=1)
        positive = (q * k).sum(1, keepdim=True)
        negative = q @ self.queue.clone().t()
        self.enqueue(k)
        logits = torch.cat([positive, negative], dim=1) / self.temperature
        return F.cross_entropy(logits, torch.zeros(len(q), dtype=torch.long))


model = MoCo()
optimizer = torch.optim.Adam(model.query_encoder.parameters(), lr=2e-3)
for epoch in range(10):
    model.train()
    for index in torch.randperm(len(train_x)).split(64):
        batch = train_x[index]
        loss = model(augment(batch), augment(batch))
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
    print(f"epoch {epoch} loss {loss.item():.4f}")

model.eval()
with torch.no_grad():
    features = F.normalize(model.query_encoder[:-2](x), dim=1).numpy()  # before the projection
probe = KNeighborsClassifier(5).fit(features[train_ids], digits.target[train_ids])
print(f"METRIC probe_accuracy {probe.score(features[test_ids], digits.target[test_ids]):.4f}")
