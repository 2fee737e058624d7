"""Two sigmoid layers and a squared error read digits, one picture after another, weights moved once a batch."""

import os

import torch
from sklearn.datasets import load_digits

SEED = int(os.environ.get("SEED", "0"))
torch.manual_seed(SEED)
torch.set_num_threads(1)


class Net(torch.nn.Module):
    def __init__(self):
        super().__init__()
        self.layer1 = torch.nn.Linear(64, 80)
        self.layer2 = torch.nn.Linear(80, 10)

    def forward(self, x):
        x = torch.sigmoid(self.layer1(x))
        x = torch.sigmoid(self.layer2(x))
        return x


digits = load_digits()
pictures = torch.tensor(digits.images / 16.0, dtype=torch.float32)
figures = torch.tensor(digits.target)
order = torch.randperm(len(pictures))
x_train, y_train = pictures[order[:1350]], figures[order[:1350]]
x_test, y_test = pictures[order[1350:]], figures[order[1350:]]
training_set = torch.utils.data.DataLoader(
    torch.utils.data.TensorDataset(x_train, y_train), batch_size=16, shuffle=True
)

net = Net()
loss_function = torch.nn.MSELoss()
optimizer = torch.optim.SGD(net.parameters(), lr=0.001)

for epoch in range(6):
    epoch_loss = 0.0
    for images, labels in training_set:
        optimizer.zero_grad()
        for image, label in zip(images, labels):
            output = net(torch.flatten(image))
            desired_output = torch.zeros(10)
            desired_output[label] = 1.0
            loss = loss_function(output, desired_output)
            loss.backward()
            epoch_loss += loss.item()
        optimizer.step()
    print(f"epoch {epoch}: loss {epoch_loss / len(x_train):.5f}")

with torch.no_grad():
    right = (net(x_test.flatten(1)).argmax(1) == y_test).float().mean().item()
print("METRIC accuracy", right)
