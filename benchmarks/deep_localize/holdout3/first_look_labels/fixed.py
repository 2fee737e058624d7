# %% load
import os

import torch
import torch.nn as nn
import torch.nn.functional as F
from sklearn.datasets import load_digits
from torch.utils.data import DataLoader, TensorDataset

SEED = int(os.environ.get("SEED", "0"))
torch.manual_seed(SEED)
digits = load_digits()
X = torch.tensor(digits.images, dtype=torch.float32).unsqueeze(1) / 16
Y = torch.tensor(digits.target)
train_dl = DataLoader(TensorDataset(X[:1440], Y[:1440]), batch_size=32, shuffle=True, drop_last=True)

# %% have a look
images, labels = next(iter(train_dl))
print(images.shape, labels[:10])


# %% model
class CNN(nn.Module):
    def __init__(self):
        super().__init__()
        self.conv = nn.Conv2d(1, 12, 3, padding=1)
        self.bn = nn.BatchNorm2d(12)
        self.drop = nn.Dropout(0.25)
        self.fc = nn.Linear(12 * 16, 10)

    def forward(self, x):
        x = F.max_pool2d(F.relu(self.bn(self.conv(x))), 2)
        return self.fc(self.drop(x.flatten(1)))


cnn = CNN()
print("before training:", F.cross_entropy(cnn(images), labels).item())

# %% train
opt = torch.optim.Adam(cnn.parameters(), lr=2e-3)
for epoch in range(5):
    cnn.train()
    for batch, target in train_dl:
        opt.zero_grad()
        output = cnn(batch)
        loss = F.cross_entropy(output, target)
        loss.backward()
        opt.step()
    print(f"epoch {epoch}: {loss.item():.3f}")

# %% test
cnn.eval()
with torch.no_grad():
    acc = (cnn(X[1440:]).argmax(1) == Y[1440:]).float().mean().item()
print("METRIC accuracy", acc)
