"""Topic of a headline with a GRU."""

import os
import random

import torch
import torch.nn as nn
from torch.nn.utils.rnn import pack_padded_sequence, pad_sequence
from torch.utils.data import DataLoader

SEED = int(os.environ.get("SEED", "0"))
random.seed(SEED)
torch.manual_seed(SEED)

TOPICS = ["sport", "science", "business", "culture"]
WORDS = {
    "sport": "match goal coach league striker final season cup injury transfer".split(),
    "science": "study cells planet quantum vaccine fossil orbit genome reactor telescope".split(),
    "business": "shares profit merger bank inflation tariff startup dividend bond quarter".split(),
    "culture": "film novel festival gallery singer album theatre director premiere museum".split(),
}
COMMON = "the new after says in of over first with for as report year two wins deal talks big".split()


def headline():
    topic = random.randrange(len(TOPICS))
    words = random.choices(COMMON, k=random.randint(3, 8)) + random.choices(WORDS[TOPICS[topic]], k=2)
    if random.random() < 0.3:
        words.append(random.choice(WORDS[random.choice(TOPICS)]))
    random.shuffle(words)
    return words, topic


stoi = {w: i + 1 for i, w in enumerate(sorted(set(COMMON) | {w for ws in WORDS.values() for w in ws}))}
data = [headline() for _ in range(1600)]
data = [(torch.tensor([stoi[w] for w in words]), topic) for words, topic in data]


def collate(batch):
    seqs, topics = zip(*batch)
    lengths = torch.tensor([len(s) for s in seqs])
    return pad_sequence(seqs, batch_first=True), lengths, torch.tensor(topics)


train_iter = DataLoader(data[:1200], batch_size=32, shuffle=True, collate_fn=collate)
test_iter = DataLoader(data[1200:], batch_size=100, collate_fn=collate)


class HeadlineGRU(nn.Module):
    def __init__(self, vocab, emb=32, hidden=32):
        super().__init__()
        self.embedding = nn.Embedding(vocab, emb, padding_idx=0)
        self.gru = nn.GRU(emb, hidden, batch_first=True)
        self.out = nn.Linear(hidden, len(TOPICS))

    def forward(self, tokens, lengths):
        packed = pack_padded_sequence(self.embedding(tokens), lengths, batch_first=True, enforce_sorted=False)
        _, h = self.gru(packed)
        return self.out(h[-1])


model = HeadlineGRU(len(stoi) + 1)
loss_function = nn.NLLLoss()
optimizer = torch.optim.Adam(model.parameters(), lr=2e-3)

for epoch in range(8):
    model.train()
    losses = []
    for tokens, lengths, topics in train_iter:
        optimizer.zero_grad()
        loss = loss_function(model(tokens, lengths), topics)
        loss.backward()
        optimizer.step()
        losses.append(loss.item())
    print(f"epoch {epoch}: mean loss {sum(losses) / len(losses):.3f}")

model.eval()
hits = 0
with torch.no_grad():
    for tokens, lengths, topics in test_iter:
        hits += (model(tokens, lengths).argmax(1) == topics).sum().item()
print("METRIC accuracy", hits / len(data[1200:]))
