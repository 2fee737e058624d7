"""Topic classification of token sequences with parallel convolutions over embeddings."""

import os
import random

import torch
import torch.nn as nn
import torch.nn.functional as F
from torch.utils.data import DataLoader, TensorDataset

SEED = int(os.environ.get("SEED", "0"))
torch.manual_seed(SEED)
random.seed(SEED)
torch.set_num_threads(1)

TOPICS, VOCAB, LENGTH = 4, 120, 30
PAD = 0
# two-word phrases that are typical of a topic; the single words occur everywhere
phrase_rng = random.Random(3)
PHRASES = [[(phrase_rng.randint(1, 40), phrase_rng.randint(1, 40)) for _ in range(5)] for _ in range(TOPICS)]


def document(topic):
    words = [random.randint(1, VOCAB - 1) for _ in range(random.randint(12, 24))]
    for _ in range(3):
        at = random.randrange(len(words) - 1)
        words[at : at + 2] = random.choice(PHRASES[topic])
    return words + [PAD] * (LENGTH - len(words))


def corpus(count):
    topics = [random.randrange(TOPICS) for _ in range(count)]
    return TensorDataset(torch.tensor([document(t) for t in topics]), torch.tensor(topics))


class TextCNN(nn.Module):
    def __init__(self, dim=32, channels=32, widths=(2, 3)):
        super().__init__()
        self.embedding = nn.Embedding(VOCAB, dim, padding_idx=PAD)
        self.convs = nn.ModuleList([nn.Conv1d(dim, channels, w) for w in widths])
        self.dropout = nn.Dropout(0.3)
        self.fc = nn.Linear(channels * len(widths), TOPICS)

    def forward(self, tokens):
        x = self.embedding(tokens).transpose(1, 2)
        pooled = [F.relu(conv(x)).amax(dim=2) for conv in self.convs]
        return self.fc(self.dropout(torch.cat(pooled, dim=1)))


train_loader = DataLoader(corpus(1600), batch_size=40, shuffle=True)
test_loader = DataLoader(corpus(400), batch_size=200)
model = TextCNN()
optimizer = torch.optim.Adam(model.parameters(), lr=4e-3)
criterion = nn.CrossEntropyLoss()

for epoch in range(8):
    model.train()
    running = 0.0
    for tokens, topics in train_loader:
        optimizer.zero_grad()
        loss = criterion(model(tokens), topics)
        loss.backward()
        optimizer.step()
        running += loss.item()
    model.eval()
    with torch.no_grad():
        correct = sum((model(tokens).argmax(1) == topics).sum().item() for tokens, topics in test_loader)
    accuracy = correct / len(test_loader.dataset)
    print(f"epoch {epoch + 1}: loss {running / len(train_loader):.3f}, test accuracy {accuracy:.3f}")

print(f"METRIC accuracy {accuracy:.4f}")
