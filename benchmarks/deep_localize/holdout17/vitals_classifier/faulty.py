"""Flag patients at risk from pulse, pressure, temperature and oxygen readings."""

import os

import numpy as np
import torch
import torch.nn as nn

SEED = int(os.environ.get("SEED", "0"))
torch.manual_seed(SEED)
np.random.seed(SEED)
torch.set_num_threads(1)


def simulate(count):
    pulse = np.random.normal(92, 14, count)
    systolic = np.random.normal(128, 17, count)
    temperature = np.random.normal(98.6, 1.1, count)
    oxygen = np.random.normal(95, 2.0, count)
    score = (
        1.2 * (pulse - 92) / 14
        + 1.0 * np.abs((systolic - 128) / 17)
        - 0.8
        + 1.1 * (temperature - 98.6) / 1.1
        - 1.3 * (oxygen - 95) / 2.0
    )
    label = (score + np.random.normal(0, 0.4, count) > 0).astype("float32")
    return np.stack([pulse, systolic, temperature, oxygen], 1).astype("float32"), label


class Model(nn.Module):
    def __init__(self, input_size, h1, output_size):
        super().__init__()
        self.linear = nn.Linear(input_size, h1)
        self.linear2 = nn.Linear(h1, output_size)

    def forward(self, x):
        x = torch.sigmoid(self.linear(x))
        return torch.sigmoid(self.linear2(x))

    def predict(self, x):
        with torch.no_grad():
            return (self.forward(x) >= 0.5).float()


x_data, y_data = simulate(1000)
x_train, y_train = torch.tensor(x_data[:750]), torch.tensor(y_data[:750]).unsqueeze(1)
x_test, y_test = torch.tensor(x_data[750:]), torch.tensor(y_data[750:]).unsqueeze(1)

model = Model(4, 16, 1)
criterion = nn.BCELoss()
optimizer = torch.optim.SGD(model.parameters(), lr=0.3, momentum=0.9)

losses = []
for i in range(600):
    y_pred = model(x_train)
    loss = criterion(y_pred, y_train)
    losses.append(loss.item())
    optimizer.zero_grad()
    loss.backward()
    optimizer.step()
    if i % 100 == 0:
        print(f"iteration {i} loss {losses[-1]:.4f}")

accuracy = (model.predict(x_test) == y_test).float().mean().item()
print(f"METRIC accuracy {accuracy:.4f}")
