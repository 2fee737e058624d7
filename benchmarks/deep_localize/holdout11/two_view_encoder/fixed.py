"""Contrastive pre-training on two augmented views of sensor readings, judged by nearest neighbours."""

import os

import torch
from torch import nn
from torch.nn import functional as F
from torch.utils.data import DataLoader, Dataset

SEED = int(os.environ.get("SEED", "0"))
torch.manual_seed(SEED)
torch.set_num_threads(1)

CLASSES, SIGNAL, NUISANCE = 6, 8, 24
PROTOTYPES = 1.2 * torch.randn(CLASSES, SIGNAL)
MIX = torch.linalg.qr(torch.randn(SIGNAL + NUISANCE, SIGNAL + NUISANCE))[0]


def augment(clean):
    """Conditions under which the sensor is read change; what it measures stays."""
    noise = torch.randn(len(clean), NUISANCE)
    return torch.cat([clean + 0.2 * torch.randn_like(clean), 1.5 * noise], 1) @ MIX


class Readings(Dataset):
    def __init__(self, n):
        self.label = torch.randint(CLASSES, (n,))
        self.clean = PROTOTYPES[self.label] + 0.5 * torch.randn(n, SIGNAL)

    def __len__(self):
        return len(self.label)

    def __getitem__(self, i):
        a, b = augment(self.clean[i].expand(2, -1))
        return {"aug1": a, "aug2": b, "target": self.label[i]}


class Encoder(nn.Module):
    def __init__(self):
        super().__init__()
        self.backbone = nn.Sequential(nn.Linear(SIGNAL + NUISANCE, 64), nn.ReLU(), nn.Linear(64, 32))
        self.projector = nn.Sequential(nn.ReLU(), nn.Linear(32, 16))

    def forward(self, x):
        return F.normalize(self.projector(self.backbone(x)), dim=1)


class NTXent(nn.Module):
    def __init__(self, temperature=0.2):
        super().__init__()
        self.temperature = temperature

    def forward(self, emb1, emb2):
        n = len(emb1)
        z = torch.cat([emb1, emb2])
        sim = z @ z.T / self.temperature
        sim = sim.masked_fill(torch.eye(2 * n, dtype=torch.bool), float("-inf"))
        positive = torch.arange(2 * n).roll(n)
        return F.cross_entropy(sim, positive)


class ContrastiveRunner:
    def __init__(self, model):
        self.model = model
        self.criterion = NTXent()
        self.optimizer = torch.optim.Adam(model.parameters(), lr=2e-3)

    def handle_batch(self, batch):
        emb1 = self.model(batch["aug1"])
        emb2 = self.model(batch["aug2"])
        loss = self.criterion(emb1, emb2)
        self.optimizer.zero_grad()
        loss.backward()
        self.optimizer.step()
        return loss.item()

    def train(self, loader, epochs):
        for epoch in range(epochs):
            losses = [self.handle_batch(batch) for batch in loader]
            print(f"epoch {epoch + 1}: {sum(losses) / len(losses):.3f}")


train_set, test_set = Readings(1000), Readings(300)
model = Encoder()
ContrastiveRunner(model).train(DataLoader(train_set, batch_size=100, shuffle=True, drop_last=True), epochs=12)

model.eval()
with torch.no_grad():
    bank = F.normalize(model.backbone(augment(train_set.clean)), dim=1)
    query = F.normalize(model.backbone(augment(test_set.clean)), dim=1)
    near = (query @ bank.T).topk(9, dim=1).indices
    votes = F.one_hot(train_set.label[near], CLASSES).sum(1).argmax(1)
print("METRIC knn_accuracy", round((votes == test_set.label).float().mean().item(), 4))
