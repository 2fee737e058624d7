import os

import torch
import torch.nn as nn
import torch.nn.functional as F
from sklearn.datasets import load_digits
from sklearn.neighbors import KNeighborsClassifier

SEED = int(os.environ.get("SEED", "0"))
torch.manual_seed(SEED)


def D(p, z):
    z = z.detach()  # stop gradient
    return -F.cosine_similarity(p, z, dim=1).mean()


class SimSiam(nn.Module):
    def __init__(self, dim=48, pred_dim=16):
        super().__init__()
        self.encoder = nn.Sequential(
            nn.Linear(64, 128, bias=False),
            nn.BatchNorm1d(128),
            nn.ReLU(inplace=True),
            nn.Linear(128, dim, bias=False),
            nn.BatchNorm1d(dim, affine=False),
        )
        self.predictor = nn.Sequential(
            nn.Linear(dim, pred_dim, bias=False),
            nn.BatchNorm1d(pred_dim),
            nn.ReLU(inplace=True),
            nn.Linear(pred_dim, dim),
        )

    def forward(self, x1, x2):
        z1, z2 = self.encoder(x1), self.encoder(x2)
        return self.predictor(z1), self.predictor(z2), z1, z2


d = load_digits()
x = torch.tensor(d.data / 16, dtype=torch.float32)


def view(batch):
    return batch * (torch.rand_like(batch) < 0.8) * (0.8 + 0.4 * torch.rand(len(batch), 1))


model = SimSiam()
optimizer = torch.optim.SGD(model.parameters(), lr=0.05, momentum=0.9, weight_decay=1e-4)
for epoch in range(8):
    for idx in torch.randperm(len(x)).split(64):
        if len(idx) < 64:
            continue
        p1, p2, z1, z2 = model(view(x[idx]), view(x[idx]))
        loss = D(p1, z2) / 2 + D(p2, z1) / 2
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
    std = F.normalize(z1, dim=1).std(0).mean().item()
    print(f"epoch {epoch} loss {loss.item():.4f} std {std:.4f}")
model.eval()
with torch.no_grad():
    z = F.normalize(model.encoder(x), dim=1).numpy()
knn = KNeighborsClassifier(5).fit(z[:1300], d.target[:1300])
print("METRIC neighbour_accuracy", knn.score(z[1300:], d.target[1300:]))
