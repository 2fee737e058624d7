"""Self-supervised SimSiam on noisy views of sensor readings; judged by nearest neighbours on the features."""

import os

import torch
import torch.nn as nn
import torch.nn.functional as F
from torch.utils.data import DataLoader

SEED = int(os.environ.get("SEED", "0"))
torch.manual_seed(SEED)
torch.set_num_threads(1)

CLASSES, DIM = 8, 48


def readings(n, centers):
    y = torch.randint(0, CLASSES, (n,))
    return centers[y] + 0.5 * torch.randn(n, DIM), y


def view(x):
    """Random gain, dropped sensors and noise."""
    keep = (torch.rand_like(x) > 0.2).float()
    return x * keep * (0.8 + 0.4 * torch.rand(len(x), 1)) + 0.2 * torch.randn_like(x)


class SimSiam(nn.Module):
    def __init__(self):
        super().__init__()
        self.backbone = nn.Sequential(nn.Linear(DIM, 64), nn.BatchNorm1d(64), nn.ReLU(inplace=True))
        self.projector = nn.Sequential(
            nn.Linear(64, 64, bias=False),
            nn.BatchNorm1d(64),
            nn.ReLU(inplace=True),
            nn.Linear(64, 32, bias=False),
            nn.BatchNorm1d(32, affine=False),
        )
        self.predictor = nn.Sequential(
            nn.Linear(32, 16, bias=False), nn.BatchNorm1d(16), nn.ReLU(inplace=True), nn.Linear(16, 32)
        )

    def forward(self, a, b):
        za, zb = self.projector(self.backbone(a)), self.projector(self.backbone(b))
        return self.predictor(za), self.predictor(zb), za.detach(), zb.detach()


def knn(model, x_ref, y_ref, x, y):
    model.eval()
    with torch.no_grad():
        ref, query = F.normalize(model.backbone(x_ref)), F.normalize(model.backbone(x))
        neighbours = y_ref[(query @ ref.T).topk(5, dim=1)[1]]
    return (neighbours.mode(dim=1)[0] == y).float().mean().item()


centers = torch.randn(CLASSES, DIM) * 0.6
x_train, y_train = readings(1500, centers)
x_test, y_test = readings(400, centers)

model = SimSiam()
loader = DataLoader(x_train, batch_size=64, shuffle=True, drop_last=True)
# the predictor keeps its rate, the rest is annealed
optimizer = torch.optim.SGD(
    [
        {"params": list(model.backbone.parameters()) + list(model.projector.parameters())},
        {"params": model.predictor.parameters()},
    ],
    lr=0.05,
    momentum=0.9,
    weight_decay=1e-4,
)
scheduler = torch.optim.lr_scheduler.LambdaLR(optimizer, [lambda e: 1 - e / 15, lambda e: 1.0])

for epoch in range(15):
    model.train()
    for x in loader:
        pa, pb, za, zb = model(view(x), view(x))
        loss = -0.5 * (F.cosine_similarity(pa, zb).mean() + F.cosine_similarity(pb, za).mean())
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
    scheduler.step()
    if epoch % 3 == 2:
        spread = F.normalize(za).std(0).mean().item()
        acc = knn(model, x_train, y_train, x_test, y_test)
        print(f"epoch {epoch + 1} loss {loss.item():.4f} spread {spread:.3f} knn {acc:.3f}")

print(f"METRIC knn_accuracy {acc:.4f}")
