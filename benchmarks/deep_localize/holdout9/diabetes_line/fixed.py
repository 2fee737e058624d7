# Progression of diabetes from ten measurements, by a small network under full-batch AdamW.
import os

import torch
import torch.nn.functional as F
from sklearn.datasets import load_diabetes

torch.set_num_threads(1)
torch.manual_seed(int(os.environ.get("SEED", "0")))


class Regression(torch.nn.Module):
    def __init__(self, num_features, hidden=8):
        super().__init__()
        self.hidden = torch.nn.Linear(num_features, hidden)
        self.weights = torch.nn.Parameter(torch.randn(hidden, 1) * 0.1)
        self.bias = torch.nn.Parameter(torch.zeros(1))

    def forward(self, inputs):
        return torch.matmul(torch.tanh(self.hidden(inputs)), self.weights) + self.bias


def train(inputs, targets, epochs):
    mod = Regression(inputs.shape[1])
    optimizer = torch.optim.AdamW(mod.parameters(), lr=0.01, weight_decay=0.1)
    for epoch in range(epochs):
        outputs = mod(inputs)
        loss = F.mse_loss(outputs, targets)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        if epoch % 25 == 0:
            print(f"epoch={epoch} loss={loss.item():.4f}")
    return mod


def main():
    table, progression = load_diabetes(return_X_y=True)
    data = torch.tensor(table, dtype=torch.float32) * 21.0
    scaled = torch.tensor((progression - 152.0) / 77.0, dtype=torch.float32)
    order = torch.randperm(len(data))
    fit, test = order[:330], order[330:]
    targets = scaled[:, None]
    mod = train(data[fit], targets[fit], 150)
    with torch.no_grad():
        predicted = mod(data[test]).flatten()
    truth = scaled[test]
    print("METRIC r2", 1 - ((predicted - truth).pow(2).mean() / truth.var()).item())


main()
