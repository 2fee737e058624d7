"""A very plain two-layer digit recogniser with one-hot targets."""

import os

import torch

SEED = int(os.environ.get("SEED", "0"))
torch.manual_seed(SEED)
torch.set_num_threads(1)

PIXELS, CLASSES, BATCH = 100, 10, 32


class Net(torch.nn.Module):
    def __init__(self):
        super().__init__()
        self.layer1 = torch.nn.Linear(PIXELS, 80)
        self.layer2 = torch.nn.Linear(80, CLASSES)

    def forward(self, x):
        x = torch.sigmoid(self.layer1(x))
        x = torch.sigmoid(self.layer2(x))
        return x


# every digit is a drawing of strokes on a 10x10 raster; samples have pixel noise and vary in brightness
drawings = (torch.rand(CLASSES, PIXELS) < 0.25).float()


def sample(n):
    labels = torch.randint(0, CLASSES, (n,))
    images = drawings[labels] * (0.7 + 0.6 * torch.rand(n, 1)) + 0.3 * torch.randn(n, PIXELS)
    return images - 0.25, labels


train_images, train_labels = sample(1600)
test_images, test_labels = sample(500)

net = Net()
loss_function = torch.nn.MSELoss()
optimizer = torch.optim.SGD(net.parameters(), lr=0.001)

for epoch in range(8):
    permutation = torch.randperm(len(train_images))
    for i in range(0, len(permutation), BATCH):
        chosen = permutation[i : i + BATCH]
        desired_output = torch.nn.functional.one_hot(train_labels[chosen], CLASSES).float()
        optimizer.zero_grad()
        loss = loss_function(net(train_images[chosen]), desired_output)
        loss.backward()
        optimizer.step()
    print("epoch", epoch, "loss", round(loss.item(), 4))

with torch.no_grad():
    guesses = net(test_images).argmax(dim=1)
print("METRIC test_accuracy", (guesses == test_labels).float().mean().item())
