"""Tags the parts of an address: BiLSTM over tokens."""

import os
import random

import torch
import torch.nn as nn
from torch.nn.utils.rnn import pad_sequence

SEED = int(os.environ.get("SEED", "0"))
random.seed(SEED)
torch.manual_seed(SEED)

TAGS = ["O", "NUMBER", "STREET", "CITY", "POSTCODE"]
TAG_ID = {t: i for i, t in enumerate(TAGS)}
STREETS = "oak elm mill church station park king bridge hill garden".split()
CITIES = "london leeds york bath derby lincoln oxford durham king hill".split()
FILLER = "please send it to the address given below thanks for your order near opposite our shop".split()


def address():
    tokens = [(w, "O") for w in random.choices(FILLER, k=random.randint(2, 6))]
    tokens += [(str(random.randint(1, 40)), "NUMBER"), (random.choice(STREETS), "STREET")]
    tokens += [(random.choice(["road", "street", "lane"]), "STREET"), (random.choice(CITIES), "CITY")]
    if random.random() < 0.7:
        tokens.append((str(random.randint(1000, 1060)), "POSTCODE"))
    tokens += [(w, "O") for w in random.choices(FILLER, k=random.randint(0, 4))]
    return tokens


corpus = [address() for _ in range(1400)]
vocab = {"<pad>": 0}
for sentence in corpus:
    for word, _ in sentence:
        vocab.setdefault(word, len(vocab))


def batches(sentences, size, shuffle=False):
    if shuffle:
        sentences = random.sample(sentences, len(sentences))
    for i in range(0, len(sentences), size):
        chunk = sentences[i : i + size]
        words = pad_sequence([torch.tensor([vocab[w] for w, _ in s]) for s in chunk], batch_first=True)
        tags = [torch.tensor([TAG_ID[t] for _, t in s]) for s in chunk]
        yield words, pad_sequence(tags, batch_first=True, padding_value=-1)


class Tagger(nn.Module):
    def __init__(self, words, tags, emb=24, hidden=24):
        super().__init__()
        self.word_embeddings = nn.Embedding(words, emb, padding_idx=0)
        self.lstm = nn.LSTM(emb, hidden, batch_first=True, bidirectional=True)
        self.hidden2tag = nn.Linear(2 * hidden, tags)

    def forward(self, words):
        out, _ = self.lstm(self.word_embeddings(words))
        return self.hidden2tag(out)


model = Tagger(len(vocab), len(TAGS))
loss_function = nn.CrossEntropyLoss(ignore_index=-1)
optimizer = torch.optim.Adam(model.parameters(), lr=5e-3)
train, test = corpus[:1100], corpus[1100:]
for epoch in range(6):
    model.train()
    total, count = 0.0, 0
    for words, tags in batches(train, 32, shuffle=True):
        model.zero_grad()
        scores = model(words)
        loss = loss_function(scores.view(-1, len(TAGS)), tags.view(-1))
        loss.backward()
        optimizer.step()
        total, count = total + loss.item(), count + 1
    print("epoch", epoch, "loss", total / count)

model.eval()
right = tokens = 0
with torch.no_grad():
    for words, tags in batches(test, 50):
        real = words != 0
        right += ((model(words).argmax(-1) == tags) & real).sum().item()
        tokens += real.sum().item()
print("METRIC token_accuracy", right / tokens)
