"""Fine resolution regression in bfloat16 on the processor."""

import os

import torch
import torch.nn as nn

SEED = int(os.environ.get("SEED", "0"))
torch.manual_seed(SEED)

x = torch.randn(4000, 10)
w = torch.randn(10, 3)
y = (torch.tanh(x @ w) * torch.tensor([1.0, -0.7, 0.5])).sum(1, keepdim=True) + 0.05 * torch.randn(4000, 1)
y = y / y.std()
x_train, y_train, x_test, y_test = x[:3200], y[:3200], x[3200:], y[3200:]


class Block(nn.Module):
    def __init__(self, width):
        super().__init__()
        self.norm = nn.LayerNorm(width)
        self.up = nn.Linear(width, 2 * width)
        self.down = nn.Linear(2 * width, width)

    def forward(self, x):
        return x + self.down(torch.relu(self.up(self.norm(x))))


class Net(nn.Module):
    def __init__(self, width=48):
        super().__init__()
        self.stem = nn.Linear(10, width)
        self.blocks = nn.ModuleList(Block(width) for _ in range(2))
        self.head = nn.Linear(width, 1)

    def forward(self, x):
        x = self.stem(x)
        for block in self.blocks:
            x = block(x)
        return self.head(x)


model = Net().to(torch.bfloat16)
optimizer = torch.optim.SGD(model.parameters(), lr=1e-3, momentum=0.9)
for epoch in range(32):
    for idx in torch.randperm(len(x_train)).split(64):
        prediction = model(x_train[idx].to(torch.bfloat16))
        loss = nn.functional.mse_loss(prediction.float(), y_train[idx])
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
    if epoch % 8 == 7:
        print(f"epoch {epoch + 1} loss {loss.item():.4f}")

with torch.no_grad():
    prediction = model.float()(x_test)
r2 = 1 - ((prediction - y_test) ** 2).mean().item() / y_test.var().item()
print("METRIC r2", r2)
