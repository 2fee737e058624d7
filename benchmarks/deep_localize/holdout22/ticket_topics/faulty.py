"""Sort support tickets into topics with a small GRU and a warmup schedule from transformers."""

import os
import random

import numpy as np
import torch
from torch import nn
from torch.utils.data import DataLoader, Dataset
from transformers import get_linear_schedule_with_warmup

SEED = int(os.environ.get("SEED", "0"))
random.seed(SEED)
np.random.seed(SEED)
torch.manual_seed(SEED)
torch.set_num_threads(1)

TOPICS = {
    "billing": "invoice refund charge card payment price receipt tax",
    "login": "password reset account locked email code signin token",
    "shipping": "parcel courier delayed address tracking delivery box customs",
    "bug": "crash error screen freeze update version log stack",
}
FILLER = "please the my i help with it again today why does not can you since thanks team hello".split()
VOCAB = {"<pad>": 0}
for words in list(TOPICS.values()) + [" ".join(FILLER)]:
    for word in words.split():
        VOCAB.setdefault(word, len(VOCAB))
LENGTH = 14


def write_ticket(topic):
    own = TOPICS[topic].split()
    other = TOPICS[random.choice(list(TOPICS))].split()
    length = random.randint(8, LENGTH)
    words = random.choices(FILLER, k=length)
    for place in random.sample(range(length), 3):
        words[place] = random.choice(own)
    words[random.randrange(length)] = random.choice(other)
    return words


class Tickets(Dataset):
    def __init__(self, count):
        self.names = list(TOPICS)
        self.items = []
        for _ in range(count):
            label = random.randrange(len(self.names))
            ids = [VOCAB[w] for w in write_ticket(self.names[label])]
            self.items.append((ids + [0] * (LENGTH - len(ids)), label))

    def __len__(self):
        return len(self.items)

    def __getitem__(self, index):
        ids, label = self.items[index]
        return torch.tensor(ids), label


class TopicNet(nn.Module):
    def __init__(self):
        super().__init__()
        self.embedding = nn.Embedding(len(VOCAB), 32, padding_idx=0)
        self.gru = nn.GRU(32, 32, batch_first=True, bidirectional=True)
        self.classifier = nn.Linear(64, len(TOPICS))

    def forward(self, ids):
        states, _ = self.gru(self.embedding(ids))
        mask = (ids != 0).unsqueeze(-1)
        pooled = (states * mask).sum(1) / mask.sum(1)
        return self.classifier(pooled)


def accuracy(model, loader):
    model.eval()
    hits = total = 0
    with torch.no_grad():
        for ids, labels in loader:
            hits += (model(ids).argmax(1) == labels).sum().item()
            total += len(labels)
    return hits / total


epochs = 8
train_loader = DataLoader(Tickets(1000), batch_size=32, shuffle=True)
test_loader = DataLoader(Tickets(400), batch_size=200)
model = TopicNet()
optimizer = torch.optim.AdamW(model.parameters(), lr=3e-3, weight_decay=0.01)
total_steps = epochs
scheduler = get_linear_schedule_with_warmup(
    optimizer, num_warmup_steps=total_steps // 10, num_training_steps=total_steps
)
criterion = nn.CrossEntropyLoss()

for epoch in range(epochs):
    model.train()
    losses = []
    for ids, labels in train_loader:
        optimizer.zero_grad()
        loss = criterion(model(ids), labels)
        loss.backward()
        nn.utils.clip_grad_norm_(model.parameters(), 1.0)
        optimizer.step()
        scheduler.step()
        losses.append(loss.item())
    print(f"epoch {epoch} loss {np.mean(losses):.4f}")

print(f"METRIC test_accuracy {accuracy(model, test_loader):.4f}")
