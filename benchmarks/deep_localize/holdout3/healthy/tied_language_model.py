import os
import random

import torch
import torch.nn as nn

SEED = int(os.environ.get("SEED", "0"))
random.seed(SEED)
torch.manual_seed(SEED)

V, BPTT, BATCH = 24, 12, 20
follow = {w: random.sample(range(V), 2) for w in range(V)}
text, w = [], 0
for _ in range(20000):
    text.append(w)
    w = follow[w][0] if random.random() < 0.75 else follow[w][1]


def batchify(data, bsz):
    nbatch = len(data) // bsz
    return torch.tensor(data[: nbatch * bsz]).view(bsz, -1).t().contiguous()


class RNNModel(nn.Module):
    def __init__(self, ntoken, nhid):
        super().__init__()
        self.drop = nn.Dropout(0.1)
        self.encoder = nn.Embedding(ntoken, nhid)
        self.rnn = nn.LSTM(nhid, nhid)
        self.decoder = nn.Linear(nhid, ntoken)
        self.decoder.weight = self.encoder.weight
        nn.init.uniform_(self.encoder.weight, -0.1, 0.1)
        nn.init.zeros_(self.decoder.bias)

    def forward(self, tokens, hidden):
        output, hidden = self.rnn(self.drop(self.encoder(tokens)), hidden)
        return self.decoder(self.drop(output)), hidden


def repackage_hidden(h):
    return tuple(v.detach() for v in h)


source = batchify(text, BATCH)
model = RNNModel(V, 40)
criterion = nn.CrossEntropyLoss()
optimizer = torch.optim.Adam(model.parameters(), lr=5e-3)
for epoch in range(3):
    hidden = (torch.zeros(1, BATCH, 40), torch.zeros(1, BATCH, 40))
    for i in range(0, len(source) - 1 - BPTT, BPTT):
        data, targets = source[i : i + BPTT], source[i + 1 : i + 1 + BPTT].reshape(-1)
        hidden = repackage_hidden(hidden)
        model.zero_grad()
        output, hidden = model(data, hidden)
        loss = criterion(output.view(-1, V), targets)
        loss.backward()
        torch.nn.utils.clip_grad_norm_(model.parameters(), 0.25)
        optimizer.step()
    print("epoch", epoch, "loss", loss.item())
model.eval()
with torch.no_grad():
    output, _ = model(source[:400], None)
    acc = (output.argmax(-1) == source[1:401]).float().mean().item()
print("METRIC next_word_accuracy", acc)
