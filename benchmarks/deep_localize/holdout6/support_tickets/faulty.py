"""Which team gets a support ticket? Bag of embeddings over a vocabulary from the training texts."""

import os
import random
from collections import Counter

import torch
import torch.nn as nn

SEED = int(os.environ.get("SEED", "0"))
random.seed(SEED)
torch.manual_seed(SEED)

TEAMS = {
    "Billing": "Invoice Refund Charged Payment Card Receipt Subscription Price".split(),
    "Network": "Router VPN Wifi Latency Firewall DNS Packet Modem".split(),
    "Account": "Password Login Locked Username Email Verify Reset Profile".split(),
}
POLITE = "hello please I cannot the my is not and it since yesterday with help to again still working".split()
NAMES = list(TEAMS)


def ticket():
    team = random.randrange(3)
    words = random.choices(POLITE, k=random.randint(5, 10)) + random.choices(TEAMS[NAMES[team]], k=2)
    if random.random() < 0.25:
        words.append(random.choice(TEAMS[random.choice(NAMES)]))
    random.shuffle(words)
    return " ".join(words), team


tickets = [ticket() for _ in range(2000)]
train, test = tickets[:1500], tickets[1500:]


def tokenize(text):
    return text.split()


counts = Counter(word for text, _ in train for word in text.lower().split())
itos = ["<unk>"] + [word for word, c in counts.most_common() if c >= 3]
stoi = {word: i for i, word in enumerate(itos)}


def encode(batch):
    ids = [[stoi.get(word, 0) for word in tokenize(text)] for text, _ in batch]
    offsets = torch.tensor([0] + [len(i) for i in ids[:-1]]).cumsum(0)
    return torch.tensor([i for row in ids for i in row]), offsets, torch.tensor([team for _, team in batch])


class TicketClassifier(nn.Module):
    def __init__(self, vocab_size, embed_dim=32):
        super().__init__()
        self.embedding = nn.EmbeddingBag(vocab_size, embed_dim)
        self.fc = nn.Linear(embed_dim, 3)

    def forward(self, text, offsets):
        return self.fc(self.embedding(text, offsets))


model = TicketClassifier(len(itos))
optimizer = torch.optim.Adam(model.parameters(), lr=0.01)
criterion = nn.CrossEntropyLoss()
for epoch in range(20):
    random.shuffle(train)
    total = 0
    for i in range(0, len(train), 50):
        text, offsets, team = encode(train[i : i + 50])
        loss = criterion(model(text, offsets), team)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        total += loss.item()
    print(f"epoch {epoch + 1} | loss {total / 30:.3f}")

with torch.no_grad():
    text, offsets, team = encode(test)
    accuracy = (model(text, offsets).argmax(1) == team).float().mean().item()
print("METRIC accuracy", accuracy)
