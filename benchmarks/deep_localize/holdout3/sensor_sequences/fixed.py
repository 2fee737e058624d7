import os

import numpy as np
import torch
import torch.nn as nn
from torch.utils.data import DataLoader, TensorDataset

SEED = int(os.environ.get("SEED", "0"))
rng = np.random.default_rng(SEED)
torch.manual_seed(SEED)

SEQ_LEN, FEATURES, CLASSES = 16, 3, 4


def make_data(n):
    """Each class is a frequency; phase and amplitude are random."""
    y = rng.integers(0, CLASSES, n)
    t = np.arange(SEQ_LEN)[None, :, None]
    freq = (0.25 + 0.3 * y)[:, None, None]
    phase = rng.uniform(0, 2 * np.pi, (n, 1, FEATURES))
    x = np.sin(freq * t + phase) + 0.1 * rng.standard_normal((n, SEQ_LEN, FEATURES))
    return TensorDataset(torch.tensor(x, dtype=torch.float32), torch.tensor(y))


class LSTMClassifier(nn.Module):
    def __init__(self, hidden=40):
        super().__init__()
        self.hidden = hidden
        self.lstm = nn.LSTM(FEATURES, hidden)
        self.linear = nn.Linear(hidden, CLASSES)

    def forward(self, batch):
        # nn.LSTM wants (seq_len, batch, features)
        lstm_out, _ = self.lstm(batch.transpose(0, 1))
        return self.linear(lstm_out[-1])


model = LSTMClassifier()
loss_function = nn.CrossEntropyLoss()
optimizer = torch.optim.Adam(model.parameters(), lr=0.01)
train_data = DataLoader(make_data(1200), batch_size=50, shuffle=True)
for epoch in range(8):
    losses = []
    for sequence, target in train_data:
        model.zero_grad()
        loss = loss_function(model(sequence), target)
        loss.backward()
        optimizer.step()
        losses.append(loss.item())
    print("Epoch", epoch, "mean loss", np.mean(losses))
hits = total = 0
with torch.no_grad():
    for sequence, target in DataLoader(make_data(300), batch_size=50):
        hits += (model(sequence).argmax(1) == target).sum().item()
        total += len(target)
print("METRIC accuracy", hits / total)
