"""Self distillation for land cover: a student learns the soft maps of a fixed teacher on scenes without labels."""

import os

import torch
import torch.nn as nn
import torch.nn.functional as F

torch.manual_seed(int(os.environ.get("SEED", "0")))
torch.set_num_threads(1)

CLASSES, BANDS = 4, 5
prototypes = torch.randn(CLASSES, BANDS)


def scenes(n, size=12):
    labels = F.interpolate(torch.randn(n, CLASSES, 3, 3), size=(size, size), mode="bilinear").argmax(1)
    bands = prototypes[labels].permute(0, 3, 1, 2) + 1.5 * torch.randn(n, BANDS, size, size)
    return bands, labels


class SegNet(nn.Module):
    def __init__(self, width):
        super().__init__()
        self.conv1 = nn.Conv2d(BANDS, width, 3, padding=1)
        self.conv2 = nn.Conv2d(width, width, 3, padding=1)
        self.out = nn.Conv2d(width, CLASSES, 1)

    def forward(self, x):
        x = F.relu(self.conv1(x))
        return {"out": self.out(F.relu(self.conv2(x)))}


def train_teacher():
    teacher = SegNet(24)
    optimizer = torch.optim.Adam(teacher.parameters(), lr=4e-3)
    x, y = scenes(80)
    for _ in range(12):
        for idx in torch.randperm(80).split(10):
            loss = F.cross_entropy(teacher(x[idx])["out"], y[idx])
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
    return teacher.eval().requires_grad_(False)


def distillation_loss(target_out, teacher, images):
    student = F.softmax(target_out["out"], dim=1)
    with torch.no_grad():
        soft = F.softmax(teacher(images)["out"], dim=1)
    loss_kd = F.kl_div(student, soft, reduction="none").sum(1)
    return loss_kd.mean()


teacher = train_teacher()
unlabelled, _ = scenes(200)
test_images, test_labels = scenes(60)
student = SegNet(12)
optimizer = torch.optim.SGD(student.parameters(), lr=0.2, momentum=0.9)

for epoch in range(15):
    running = 0.0
    for idx in torch.randperm(200).split(20):
        images = unlabelled[idx]
        loss = distillation_loss(student(images), teacher, images)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        running += loss.item() / 10
    print(f"epoch {epoch}: kd loss {running:.4f}")

with torch.no_grad():
    p = F.log_softmax(student(test_images)["out"], 1)
    q = F.softmax(teacher(test_images)["out"], 1)
    divergence = F.kl_div(p, q, reduction="none").sum(1).mean().item()
    print("student nll", F.nll_loss(p, test_labels).item())
print("METRIC divergence", divergence)
