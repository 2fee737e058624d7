"""Sentiment of made-up reviews of different lengths: embedding, packed GRU, linear layer."""

import os
import random

import torch
import torch.nn as nn
from torch.nn.utils.rnn import pack_padded_sequence, pad_sequence
from torch.utils.data import DataLoader, Dataset

SEED = int(os.environ.get("SEED", "0"))
random.seed(SEED)
torch.manual_seed(SEED)
torch.set_num_threads(1)

PAD = 0
POSITIVE = list(range(1, 9))
NEGATIVE = list(range(9, 17))
NEUTRAL = list(range(17, 60))


class Reviews(Dataset):
    def __init__(self, n):
        self.samples = []
        for _ in range(n):
            label = random.randint(0, 1)
            words = []
            for _ in range(random.randint(5, 25)):
                if random.random() < 0.3:
                    words.append(random.choice(POSITIVE if label ^ (random.random() < 0.15) else NEGATIVE))
                else:
                    words.append(random.choice(NEUTRAL))
            self.samples.append((torch.tensor(words), label))

    def __len__(self):
        return len(self.samples)

    def __getitem__(self, index):
        return self.samples[index]


def collate(batch):
    """Pads a batch, the longest review first, as packing wants it."""
    batch = sorted(batch, key=lambda item: len(item[0]), reverse=True)
    texts = [text for text, _ in batch]
    labels = torch.tensor([label for _, label in batch], dtype=torch.float32)
    lengths = torch.tensor([len(text) for text in texts])
    return pad_sequence(texts, batch_first=True, padding_value=PAD), lengths, labels


class SentimentGRU(nn.Module):
    def __init__(self, vocab=60, dim=24, hidden=32):
        super().__init__()
        self.embedding = nn.Embedding(vocab, dim, padding_idx=PAD)
        self.gru = nn.GRU(dim, hidden, batch_first=True, bidirectional=True)
        self.dropout = nn.Dropout(0.2)
        self.fc = nn.Linear(2 * hidden, 1)

    def forward(self, text, lengths):
        packed = pack_padded_sequence(self.embedding(text), lengths, batch_first=True)
        _, h = self.gru(packed)
        return self.fc(self.dropout(torch.cat([h[0], h[1]], dim=1))).squeeze(1)


def test(model, dataset):
    model.eval()
    right = 0
    with torch.no_grad():
        for text, label in dataset:
            score = model(text[None], torch.tensor([len(text)]))
            right += int((score.item() > 0) == bool(label))
    return right / len(dataset)


train_set, test_set = Reviews(1200), Reviews(300)
loader = DataLoader(train_set, batch_size=40, shuffle=True, collate_fn=collate)
model = SentimentGRU()
criterion = nn.BCEWithLogitsLoss()
optimizer = torch.optim.Adam(model.parameters(), lr=4e-3)
for epoch in range(7):
    model.train()
    losses = []
    for text, lengths, labels in loader:
        optimizer.zero_grad()
        loss = criterion(model(text, lengths), labels)
        loss.backward()
        nn.utils.clip_grad_norm_(model.parameters(), 5.0)
        optimizer.step()
        losses.append(loss.item())
    print(f"epoch {epoch}, loss {sum(losses) / len(losses):.3f}")
print("METRIC accuracy", test(model, test_set))
