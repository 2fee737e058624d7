"""A small residual network for leaf pictures in raw 8-bit values; transforms for training and for test."""

import os

import torch
import torch.nn as nn
import torch.nn.functional as F
from torch.utils.data import DataLoader, Dataset

torch.manual_seed(int(os.environ.get("SEED", "0")))
torch.set_num_threads(1)


class Compose:
    def __init__(self, *steps):
        self.steps = steps

    def __call__(self, image):
        for step in self.steps:
            image = step(image)
        return image


def to_float(image):
    return image.float() / 255


def normalize(image):
    return (image - 0.35) / 0.06


def random_flip(image):
    return image.flip(-1) if torch.rand(()) < 0.5 else image


class Leaves(Dataset):
    """Ellipses of four shapes and slants on a dull ground."""

    def __init__(self, n, transform):
        self.targets = torch.randint(0, 4, (n,))
        grid = torch.linspace(-1, 1, 16)
        gy, gx = torch.meshgrid(grid, grid, indexing="ij")
        ratio = torch.tensor([1.0, 1.9, 2.6, 3.6])[self.targets] * (1 + 0.08 * torch.randn(n))
        angle = 3.14 * torch.rand(n, 1, 1)
        u = gx * angle.cos() + gy * angle.sin()
        v = -gx * angle.sin() + gy * angle.cos()
        size = 0.45 + 0.1 * torch.rand(n, 1, 1)
        inside = (u / size / ratio.view(-1, 1, 1).sqrt()) ** 2 + (v / size * ratio.view(-1, 1, 1).sqrt()) ** 2 < 1
        value = 82 + 26 * inside + 5 * torch.randn(n, 16, 16)
        self.images = value.clamp(0, 255).to(torch.uint8).unsqueeze(1)
        self.transform = transform

    def __len__(self):
        return len(self.targets)

    def __getitem__(self, i):
        return self.transform(self.images[i]), self.targets[i]


class Residual(nn.Module):
    def __init__(self, cin, cout, stride):
        super().__init__()
        self.conv1 = nn.Conv2d(cin, cout, 3, stride, 1, bias=False)
        self.bn1 = nn.BatchNorm2d(cout)
        self.conv2 = nn.Conv2d(cout, cout, 3, 1, 1, bias=False)
        self.bn2 = nn.BatchNorm2d(cout)
        self.skip = nn.Conv2d(cin, cout, 1, stride) if stride > 1 or cin != cout else nn.Identity()

    def forward(self, x):
        h = F.relu(self.bn1(self.conv1(x)))
        return F.relu(self.bn2(self.conv2(h)) + self.skip(x))


class ResNet(nn.Module):
    def __init__(self, num_classes=4):
        super().__init__()
        self.layer1 = Residual(1, 12, 1)
        self.layer2 = Residual(12, 24, 2)
        self.layer3 = Residual(24, 24, 2)
        self.linear = nn.Linear(24, num_classes)

    def forward(self, x):
        x = self.layer3(self.layer2(self.layer1(x)))
        return self.linear(x.mean(dim=(2, 3)))


transform_train = Compose(to_float, random_flip, normalize)
transform_test = Compose(to_float)
train_loader = DataLoader(Leaves(800, transform_train), batch_size=40, shuffle=True)
test_loader = DataLoader(Leaves(300, transform_test), batch_size=100)
model = ResNet()
optimizer = torch.optim.SGD(model.parameters(), lr=0.05, momentum=0.9, weight_decay=5e-4)
scheduler = torch.optim.lr_scheduler.CosineAnnealingLR(optimizer, T_max=6)


def test():
    model.eval()
    loss, correct = 0.0, 0
    with torch.no_grad():
        for images, targets in test_loader:
            out = model(images)
            loss += F.cross_entropy(out, targets, reduction="sum").item()
            correct += (out.argmax(1) == targets).sum().item()
    n = len(test_loader.dataset)
    return loss / n, correct / n


for epoch in range(6):
    model.train()
    correct = 0
    for images, targets in train_loader:
        out = model(images)
        loss = F.cross_entropy(out, targets)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        correct += (out.argmax(1) == targets).sum().item()
    scheduler.step()
    print("epoch %d: train acc %.3f, test loss %.3f acc %.3f" % (epoch, correct / 800, *test()))
print("METRIC accuracy", test()[1])
