"""Sort short synthetic texts into topics with averaged word embeddings."""

import os
import random
from collections import Counter

import numpy as np
import torch
from torch import nn
from torch.utils.data import DataLoader

SEED = int(os.environ.get("SEED", "0"))
random.seed(SEED)
np.random.seed(SEED)
torch.manual_seed(SEED)
torch.set_num_threads(1)

TOPICS = {
    "sport": "match goal team coach season league player referee stadium score".split(),
    "food": "recipe oven sugar flour pan taste sauce butter dinner spice".split(),
    "travel": "flight hotel beach ticket luggage tour passport train island map".split(),
    "money": "bank loan stock profit tax market interest budget price fund".split(),
    "health": "doctor sleep diet pain clinic vitamin nurse heart muscle fever".split(),
}
COMMON = (
    "the a of and to in it was is for on with that this they we had very some more "
    "day time people said made good bad went came never always"
).split()


def write_text(topic):
    words = [random.choice(TOPICS[topic]) for _ in range(random.randint(2, 5))]
    words += [random.choice(COMMON) for _ in range(random.randint(6, 14))]
    if random.random() < 0.3:
        words.append(random.choice(TOPICS[random.choice(list(TOPICS))]))
    random.shuffle(words)
    return " ".join(words)


names = list(TOPICS)
corpus = [(write_text(name), names.index(name)) for name in random.choices(names, k=1200)]
train_data, test_data = corpus[:1000], corpus[1000:]

counts = Counter(word for text, _ in train_data for word in text.split())
vocab = {word: i + 1 for i, (word, _) in enumerate(counts.most_common())}


def collate(batch):
    ids, offsets, labels = [], [], []
    for text, label in batch:
        offsets.append(len(ids))
        ids.extend(vocab.get(word, 0) for word in text.split())
        labels.append(label)
    return torch.tensor(ids), torch.tensor(offsets), torch.tensor(labels)


class TextClassifier(nn.Module):
    def __init__(self, n_words, dim, n_classes):
        super().__init__()
        self.embedding = nn.EmbeddingBag(n_words, dim, mode="mean")
        self.hidden = nn.Linear(dim, 32)
        self.fc = nn.Linear(32, n_classes)

    def forward(self, ids, offsets):
        return self.fc(torch.relu(self.hidden(self.embedding(ids, offsets))))


model = TextClassifier(len(vocab) + 1, 32, len(names))
optimizer = torch.optim.SGD(model.parameters(), lr=0.5)
criterion = nn.CrossEntropyLoss()
loader = DataLoader(train_data, batch_size=25, shuffle=True, collate_fn=collate)

for epoch in range(15):
    model.train()
    total = 0.0
    for ids, offsets, labels in loader:
        optimizer.zero_grad()
        loss = criterion(model(ids, offsets), labels)
        loss.backward()
        optimizer.step()
        total += loss.item()
    if epoch % 5 == 0:
        print(f"epoch {epoch}: {total / len(loader):.4f}")

model.eval()
ids, offsets, labels = collate(test_data)
with torch.no_grad():
    hits = (model(ids, offsets).argmax(1) == labels).float().mean().item()
print("METRIC accuracy", hits)
