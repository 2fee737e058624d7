"""Which machine wrote this log? A recurrent network over event codes, lines of very different length."""

import os
import random

import torch
import torch.nn as nn
from torch.nn.utils.rnn import pad_sequence
from torch.utils.data import DataLoader, Dataset

SEED = int(os.environ.get("SEED", "0"))
random.seed(SEED)
torch.manual_seed(SEED)

EVENTS, MACHINES = 20, 3
START = [[random.random() ** 3 for _ in range(EVENTS)] for _ in range(MACHINES)]


class Logs(Dataset):
    def __init__(self, count):
        self.logs = []
        for _ in range(count):
            machine = random.randrange(MACHINES)
            length = random.choice([5, 6, 7, 8, 9, 10, 12, 110])
            events = random.choices(range(1, EVENTS + 1), START[machine], k=length)
            self.logs.append((torch.tensor(events), machine))

    def __len__(self):
        return len(self.logs)

    def __getitem__(self, i):
        return self.logs[i]


def collate(items):
    events, machines = zip(*items)
    lengths = torch.tensor([len(e) for e in events])
    return pad_sequence(events, batch_first=True), lengths, torch.tensor(machines)


class LogRNN(nn.Module):
    def __init__(self, hidden=32):
        super().__init__()
        self.emb = nn.Embedding(EVENTS + 1, 16, padding_idx=0)
        self.rnn = nn.RNN(16, hidden, batch_first=True)
        self.fc = nn.Linear(hidden, MACHINES)

    def forward(self, events, lengths):
        out, _ = self.rnn(self.emb(events))
        return self.fc(out[:, -1])


train_loader = DataLoader(Logs(1000), batch_size=40, shuffle=True, collate_fn=collate)
test_loader = DataLoader(Logs(400), batch_size=80, collate_fn=collate)
model = LogRNN()
optimizer = torch.optim.Adam(model.parameters(), lr=3e-3)
criterion = nn.CrossEntropyLoss()
for epoch in range(8):
    model.train()
    total = 0.0
    for events, lengths, machines in train_loader:
        optimizer.zero_grad()
        loss = criterion(model(events, lengths), machines)
        loss.backward()
        nn.utils.clip_grad_norm_(model.parameters(), 1.0)
        optimizer.step()
        total += loss.item()
    print(f"epoch {epoch} loss {total / len(train_loader):.3f}")

model.eval()
correct = 0
with torch.no_grad():
    for events, lengths, machines in test_loader:
        correct += (model(events, lengths).argmax(1) == machines).sum().item()
print("METRIC accuracy", correct / 400)
