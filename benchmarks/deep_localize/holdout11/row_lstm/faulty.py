"""Reads an 8x8 digit row by row with an LSTM and classifies it from the last output."""

import os

import torch
import torch.nn as nn
import torch.utils.data as data
from sklearn.datasets import load_digits

SEED = int(os.environ.get("SEED", "0"))
torch.manual_seed(SEED)
torch.set_num_threads(1)

# Hyper-parameters
sequence_length = 8
input_size = 8
hidden_size = 64
num_layers = 1
num_classes = 10
batch_size = 50
num_epochs = 12
learning_rate = 0.005

bunch = load_digits()
pixels = torch.tensor(bunch.data / 16.0, dtype=torch.float32)
target = torch.tensor(bunch.target)
order = torch.randperm(len(target))
train_dataset = data.TensorDataset(pixels[order[:1400]], target[order[:1400]])
test_dataset = data.TensorDataset(pixels[order[1400:1750]], target[order[1400:1750]])
train_loader = data.DataLoader(train_dataset, batch_size=batch_size, shuffle=True)
test_loader = data.DataLoader(test_dataset, batch_size=batch_size, shuffle=False)


class RNN(nn.Module):
    def __init__(self, input_size, hidden_size, num_layers, num_classes):
        super().__init__()
        self.hidden_size = hidden_size
        self.num_layers = num_layers
        self.lstm = nn.LSTM(input_size, hidden_size, num_layers)
        self.fc = nn.Linear(hidden_size, num_classes)

    def forward(self, x):
        out, _ = self.lstm(x)
        return self.fc(out[:, -1, :])


model = RNN(input_size, hidden_size, num_layers, num_classes)
criterion = nn.CrossEntropyLoss()
optimizer = torch.optim.Adam(model.parameters(), lr=learning_rate)

total_step = len(train_loader)
for epoch in range(num_epochs):
    for i, (images, labels) in enumerate(train_loader):
        images = images.reshape(-1, sequence_length, input_size)
        outputs = model(images)
        loss = criterion(outputs, labels)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        if (i + 1) % total_step == 0:
            print(f"Epoch [{epoch + 1}/{num_epochs}], Loss: {loss.item():.4f}")

model.eval()
with torch.no_grad():
    correct = total = 0
    for images, labels in test_loader:
        outputs = model(images.reshape(-1, sequence_length, input_size))
        correct += (outputs.argmax(1) == labels).sum().item()
        total += labels.size(0)
print("METRIC accuracy", correct / total)
