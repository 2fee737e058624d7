"""One backbone, three heads: shape, colour and corner of a small synthetic picture."""

import os

import torch
import torch.nn as nn
import torch.nn.functional as F
from torch.utils.data import DataLoader, TensorDataset

SEED = int(os.environ.get("SEED", "0"))
torch.manual_seed(SEED)
torch.set_num_threads(1)

SIZE = 16
SHAPES, COLOURS, CORNERS = 3, 3, 4


def draw(n):
    shape = torch.randint(SHAPES, (n,))
    colour = torch.randint(COLOURS, (n,))
    corner = torch.randint(CORNERS, (n,))
    images = 0.25 * torch.randn(n, 3, SIZE, SIZE)
    for i in range(n):
        top = (corner[i] // 2).item() * 8 + torch.randint(0, 3, ()).item()
        left = (corner[i] % 2).item() * 8 + torch.randint(0, 3, ()).item()
        stamp = torch.zeros(5, 5)
        if shape[i] == 0:
            stamp[:] = 1
            stamp[1:4, 1:4] = 0
        elif shape[i] == 1:
            stamp[2, :] = 1
            stamp[:, 2] = 1
        else:
            stamp.fill_diagonal_(1)
            stamp += stamp.flip(1)
            stamp.clamp_(max=1)
        images[i, colour[i], top : top + 5, left : left + 5] += 1.5 * stamp
    return images, torch.stack([shape, colour, corner], dim=1)


x_train, y_train = draw(1500)
x_test, y_test = draw(400)


class AttributeNet(nn.Module):
    def __init__(self):
        super().__init__()
        self.backbone = nn.Sequential(
            nn.Conv2d(3, 16, 3, padding=1),
            nn.BatchNorm2d(16),
            nn.ReLU(),
            nn.MaxPool2d(2),
            nn.Conv2d(16, 32, 3, padding=1),
            nn.BatchNorm2d(32),
            nn.ReLU(),
            nn.MaxPool2d(2),
            nn.Flatten(),
            nn.Linear(32 * 16, 64),
            nn.ReLU(),
        )
        self.heads = nn.ModuleDict(
            {
                "shape": nn.Linear(64, SHAPES),
                "colour": nn.Linear(64, COLOURS),
                "corner": nn.Linear(64, CORNERS),
            }
        )

    def forward(self, x):
        z = self.backbone(x)
        return {name: head(z) for name, head in self.heads.items()}


class MultiTaskLoss:
    """Weighted sum of one cross entropy for each head."""

    def __init__(self, weights):
        self.weights = weights

    def __call__(self, outputs, targets):
        parts = {}
        total = torch.zeros(())
        for column, (name, logits) in enumerate(outputs.items()):
            parts[name] = F.cross_entropy(logits, targets[:, column])
            total = total + self.weights[name] * parts[name]
        return total, parts


model = AttributeNet()
criterion = MultiTaskLoss({"shape": 1.0, "colour": 1.0, "corner": 1.0})
optimizer = torch.optim.Adam(model.parameters(), lr=1e-3)
loader = DataLoader(TensorDataset(x_train, y_train), batch_size=50, shuffle=True)


def evaluate():
    model.eval()
    with torch.no_grad():
        outputs = model(x_test)
    accs = [(o.argmax(1) == y_test[:, k]).float().mean().item() for k, o in enumerate(outputs.values())]
    return sum(accs) / len(accs)


for epoch in range(5):
    model.train()
    for images, targets in loader:
        optimizer.zero_grad()
        loss, parts = criterion(model(images), targets)
        loss.backward()
        optimizer.step()
    print(f"epoch {epoch}: total {loss.item():.3f} mean accuracy {evaluate():.3f}")

print("METRIC mean_accuracy", evaluate())
