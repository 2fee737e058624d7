"""Classify short character strings by the rule that made them, with a stack of 1d convolutions."""

import argparse
import os

import torch
import torch.nn as nn
import torch.nn.functional as F

SEED = int(os.environ.get("SEED", "0"))
torch.manual_seed(SEED)
torch.set_num_threads(1)

parser = argparse.ArgumentParser()
parser.add_argument("--hidden_layer_size", type=int, default=16)
parser.add_argument("--num_layers", type=int, default=6)
parser.add_argument("--learning_rate", type=float, default=4e-3)
parser.add_argument("--batch_size", type=int, default=48)
parser.add_argument("--samples", type=int, default=320)
args, _ = parser.parse_known_args()

VOCAB, LENGTH, CATEGORIES = 10, 10, 4
MOTIFS = torch.tensor([[1, 5, 2], [2, 5, 1], [7, 3, 3], [3, 3, 7]])


def make_batch(n):
    x = torch.randint(0, VOCAB, (n, LENGTH))
    y = torch.randint(0, CATEGORIES, (n,))
    at = torch.randint(0, LENGTH - 3, (n,))
    for k in range(3):
        x[torch.arange(n), at + k] = MOTIFS[y, k]
    return F.one_hot(x, VOCAB).float().transpose(1, 2), y


class ConvModel(nn.Module):
    def __init__(self):
        super().__init__()
        width = args.hidden_layer_size
        self.cnn = nn.Conv1d(VOCAB, width, 3, padding=1)
        self.cnns = nn.ModuleList([nn.Conv1d(width, width, 3, padding=1) for _ in range(args.num_layers - 1)])
        self.fc = nn.Linear(width, CATEGORIES)

    def forward(self, x):
        out = F.relu(self.cnn(x))
        for cnn in self.cnns:
            out = F.relu(cnn(out))
        return self.fc(out.amax(dim=2))


model = ConvModel()
criterion = nn.CrossEntropyLoss()
optimizer = torch.optim.Adam(model.parameters(), lr=args.learning_rate)

for step in range(1, args.samples + 1):
    x, y = make_batch(args.batch_size)
    loss = criterion(model(x), y)
    optimizer.zero_grad()
    loss.backward()
    nn.utils.clip_grad_norm_(model.parameters(), 1.0)
    optimizer.step()
    if step % 100 == 0:
        print(f"{step} loss={loss.item():.3f}")

model.eval()
with torch.no_grad():
    x, y = make_batch(800)
    accuracy = (model(x).argmax(1) == y).float().mean().item()
print("METRIC accuracy", round(accuracy, 4))
