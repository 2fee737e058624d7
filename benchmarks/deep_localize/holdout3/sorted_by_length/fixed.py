import os
import random

import torch
import torch.nn as nn
from torch.nn.utils.rnn import pack_padded_sequence, pad_sequence

SEED = int(os.environ.get("SEED", "0"))
random.seed(SEED)
torch.manual_seed(SEED)

QUESTION = ["who", "what", "why", "where"]
STATEMENT = ["surely", "indeed", "therefore", "thus"]
COMMON = ["the", "cat", "dog", "house", "runs", "sees", "small", "big", "and", "of", "near"]
itos = ["<pad>"] + QUESTION + STATEMENT + COMMON
stoi = {w: i for i, w in enumerate(itos)}


def sentence():
    label = random.randint(0, 1)
    words = [random.choice(COMMON) for _ in range(random.randint(3, 15))]
    words.insert(random.randint(0, len(words)), random.choice(STATEMENT if label else QUESTION))
    return torch.tensor([stoi[w] for w in words]), label


def get_batches(data, size):
    random.shuffle(data)
    for i in range(0, len(data), size):
        chunk = data[i : i + size]
        seqs = [s for s, _ in chunk]
        labels = torch.tensor([l for _, l in chunk])
        lengths = torch.tensor([len(s) for s in seqs])
        padded = pad_sequence(seqs, batch_first=True)
        lengths, order = lengths.sort(descending=True)
        yield padded[order], lengths, labels[order]


class Classifier(nn.Module):
    def __init__(self):
        super().__init__()
        self.emb = nn.Embedding(len(itos), 20, padding_idx=0)
        self.gru = nn.GRU(20, 32, batch_first=True)
        self.fc = nn.Linear(32, 2)

    def forward(self, text, lengths):
        packed = pack_padded_sequence(self.emb(text), lengths, batch_first=True)
        _, hidden = self.gru(packed)
        return self.fc(hidden.squeeze(0))


train_set = [sentence() for _ in range(1000)]
test_set = [sentence() for _ in range(300)]
model = Classifier()
criterion = nn.CrossEntropyLoss()
optimizer = torch.optim.Adam(model.parameters(), lr=0.01)
for epoch in range(5):
    for text, lengths, labels in get_batches(train_set, 40):
        optimizer.zero_grad()
        loss = criterion(model(text, lengths), labels)
        loss.backward()
        optimizer.step()
    print("epoch", epoch, "loss", loss.item())
model.eval()
right = 0
with torch.no_grad():
    for s, l in test_set:
        right += int(model(s.unsqueeze(0), torch.tensor([len(s)])).argmax().item() == l)
print("METRIC accuracy", right / len(test_set))
