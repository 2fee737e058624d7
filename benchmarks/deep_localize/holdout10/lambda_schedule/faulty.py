"""Character-level classifier of made-up names (which language?), warm-up and exponential decay."""

import os
import random

import torch
import torch.nn as nn
from torch.optim.lr_scheduler import LambdaLR

SEED = int(os.environ.get("SEED", "0"))
random.seed(SEED)
torch.manual_seed(SEED)
torch.set_num_threads(1)

LANGUAGES = {
    "northern": (["sk", "ha", "bjo", "stei", "vi", "thor"], ["rn", "gard", "sen", "dis", "ulf"]),
    "southern": (["ma", "lu", "gio", "ca", "pie", "fra"], ["rio", "ca", "vanni", "tro", "nco"]),
    "eastern": (["vla", "mi", "sta", "bo", "ka", "dra"], ["mir", "slav", "ris", "gan", "ko"]),
    "western": (["ha", "wil", "ed", "ma", "ro", "al"], ["liam", "ward", "bert", "son", "ton"]),
}
LETTERS = "abcdefghijklmnopqrstuvwxyz"
MAX_LEN, BASE_LR, WARMUP = 14, 3e-3, 30


def make_name(language):
    starts, ends = LANGUAGES[language]
    middle = "".join(random.choice(LETTERS) for _ in range(random.randint(0, 2)))
    return (random.choice(starts) + middle + random.choice(ends))[:MAX_LEN]


def encode(name):
    return [LETTERS.index(c) + 1 for c in name] + [0] * (MAX_LEN - len(name))


def dataset(n):
    labels = [random.randrange(len(LANGUAGES)) for _ in range(n)]
    names = [make_name(list(LANGUAGES)[k]) for k in labels]
    return torch.tensor([encode(s) for s in names]), torch.tensor(labels)


x_train, y_train = dataset(2000)
x_test, y_test = dataset(500)


class CharCNN(nn.Module):
    def __init__(self):
        super().__init__()
        self.embedding = nn.Embedding(len(LETTERS) + 1, 16, padding_idx=0)
        self.conv = nn.Conv1d(16, 48, kernel_size=3, padding=1)
        self.fc = nn.Linear(48, len(LANGUAGES))

    def forward(self, x):
        h = torch.relu(self.conv(self.embedding(x).transpose(1, 2)))
        return self.fc(h.amax(dim=2))


def lr_at(step):
    """Linear warm-up, then exponential decay."""
    if step < WARMUP:
        return BASE_LR * (step + 1) / WARMUP
    return BASE_LR * 0.998 ** (step - WARMUP)


model = CharCNN()
optimizer = torch.optim.Adam(model.parameters(), lr=BASE_LR)
scheduler = LambdaLR(optimizer, lr_lambda=lr_at)
criterion = nn.CrossEntropyLoss()


def accuracy():
    with torch.no_grad():
        return (model(x_test).argmax(1) == y_test).float().mean().item()


for epoch in range(12):
    order = torch.randperm(len(x_train))
    total = 0.0
    for idx in order.split(50):
        loss = criterion(model(x_train[idx]), y_train[idx])
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        scheduler.step()
        total += loss.item() * len(idx)
    print(f"epoch {epoch:02d} loss {total / len(order):.4f} acc {accuracy():.3f}")

print("METRIC accuracy", accuracy())
