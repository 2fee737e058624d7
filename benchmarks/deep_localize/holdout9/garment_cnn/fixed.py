"""Ten kinds of simple garments drawn as 16x16 silhouettes; a plain convolutional classifier."""

import os

import torch
import torch.nn as nn
import torch.nn.functional as F

torch.manual_seed(int(os.environ.get("SEED", "0")))
torch.set_num_threads(1)

num_epochs, batch_size, num_classes, learning_rate = 7, 50, 10, 0.002


def draw(count):
    labels = torch.randint(0, num_classes, (count,))
    base = torch.zeros(num_classes, 16, 16)
    base[0, 3:13, 5:11] = 1
    base[1, 2:14, 4:7] = base[1, 2:14, 9:12] = 1
    base[2, 3:13, 5:11] = base[2, 3:6, 1:15] = 1
    base[3, 2:6, 6:10] = base[3, 6:14, 3:13] = 1
    base[4, 2:14, 4:12] = 1
    base[5, 10:14, 1:14] = 1
    base[6, 3:13, 5:11] = base[6, 3:12, 1:3] = base[6, 3:12, 13:15] = 1
    base[7, 8:13, 2:14] = 1
    base[8, 5:13, 3:13] = base[8, 2:5, 6:10] = 1
    base[9, 2:13, 7:11] = base[9, 10:14, 3:11] = 1
    images = base[labels] * (0.5 + 0.5 * torch.rand(count, 1, 1))
    shifts = torch.randint(-1, 2, (count, 2))
    images = torch.stack([torch.roll(im, tuple(s.tolist()), (0, 1)) for im, s in zip(images, shifts)])
    return (images + 0.25 * torch.rand_like(images)).unsqueeze(1), labels


class ConvNet(nn.Module):
    def __init__(self):
        super().__init__()
        self.layer1 = nn.Conv2d(1, 16, 5, padding=2)
        self.layer2 = nn.Conv2d(16, 16, 5, padding=2)
        self.fc1 = nn.Linear(16 * 4 * 4, 64)
        self.fc2 = nn.Linear(64, 64)
        self.fc3 = nn.Linear(64, num_classes)

    def forward(self, x):
        x = F.max_pool2d(F.relu(self.layer1(x)), 2)
        x = F.max_pool2d(F.relu(self.layer2(x)), 2)
        x = F.relu(self.fc1(x.reshape(x.size(0), -1)))
        x = F.relu(self.fc2(x))
        return self.fc3(x)


train_images, train_labels = draw(1000)
test_images, test_labels = draw(400)

model = ConvNet()
criterion = nn.CrossEntropyLoss()
optimizer = torch.optim.Adam(model.parameters(), lr=learning_rate)

for epoch in range(num_epochs):
    for i, idx in enumerate(torch.randperm(len(train_images)).split(batch_size)):
        outputs = model(train_images[idx])
        loss = criterion(outputs, train_labels[idx])
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
    print(f"epoch {epoch} loss = {loss.item()}")

with torch.no_grad():
    print("METRIC accuracy", (model(test_images).argmax(1) == test_labels).float().mean().item())
