"""Translation of spoken dates ("the third of may") to a formal notation, GRU encoder-decoder."""

import os
import random

import torch
import torch.nn as nn

SEED = int(os.environ.get("SEED", "0"))
random.seed(SEED)
torch.manual_seed(SEED)
torch.set_num_threads(1)

MONTHS = "jan feb mar apr may jun jul aug sep oct nov dec".split()
UNITS = "zero one two three four five six seven eight nine".split()
SRC_WORDS = ["<pad>", "the", "of", "in"] + MONTHS + UNITS
TGT_WORDS = ["<pad>", "<bos>", "<eos>"] + [str(d) for d in range(10)] + ["/"]
SRC = {w: i for i, w in enumerate(SRC_WORDS)}
TGT = {w: i for i, w in enumerate(TGT_WORDS)}
BOS, EOS = TGT["<bos>"], TGT["<eos>"]


def make_pair():
    day, month, year = random.randint(1, 28), random.randint(1, 12), random.randint(0, 99)
    src = ["the"] + [UNITS[int(d)] for d in f"{day:02d}"] + ["of", MONTHS[month - 1], "in"]
    src += [UNITS[int(d)] for d in f"{year:02d}"]
    tgt = ["<bos>"] + list(f"{year:02d}/{month:02d}/{day:02d}") + ["<eos>"]
    return [SRC[w] for w in src], [TGT[w] for w in tgt]


def dataset(n):
    pairs = [make_pair() for _ in range(n)]
    return torch.tensor([p[0] for p in pairs]), torch.tensor([p[1] for p in pairs])


class Encoder(nn.Module):
    def __init__(self, vocab, dim):
        super().__init__()
        self.embedding = nn.Embedding(vocab, dim)
        self.rnn = nn.GRU(dim, dim, batch_first=True)

    def forward(self, src):
        return self.rnn(self.embedding(src))


class Decoder(nn.Module):
    def __init__(self, vocab, dim):
        super().__init__()
        self.embedding = nn.Embedding(vocab, dim)
        self.rnn = nn.GRU(dim, dim, batch_first=True)
        self.out = nn.Linear(2 * dim, vocab)

    def forward(self, tokens, hidden, memory):
        states, hidden = self.rnn(self.embedding(tokens), hidden)
        weights = torch.softmax(states @ memory.transpose(1, 2) / memory.size(-1) ** 0.5, -1)
        return self.out(torch.cat([states, weights @ memory], -1)), hidden


class Seq2Seq(nn.Module):
    def __init__(self, dim=64):
        super().__init__()
        self.encoder = Encoder(len(SRC), dim)
        self.decoder = Decoder(len(TGT), dim)

    def forward(self, src, tgt):
        memory, hidden = self.encoder(src)
        logits, _ = self.decoder(tgt, hidden, memory)
        return logits

    @torch.no_grad()
    def translate(self, src, max_len):
        memory, hidden = self.encoder(src)
        token = torch.full((len(src), 1), BOS)
        result = []
        for _ in range(max_len):
            logits, hidden = self.decoder(token, hidden, memory)
            token = logits.argmax(-1)
            result.append(token)
        return torch.cat(result, 1)


train_src, train_tgt = dataset(3000)
test_src, test_tgt = dataset(300)
model = Seq2Seq()
criterion = nn.CrossEntropyLoss(ignore_index=TGT["<pad>"])
optimizer = torch.optim.Adam(model.parameters(), lr=4e-3)

for epoch in range(8):
    model.train()
    total = 0.0
    for idx in torch.randperm(len(train_src)).split(100):
        src, tgt = train_src[idx], train_tgt[idx]
        logits = model(src, tgt[:, 1:])
        loss = criterion(logits.reshape(-1, len(TGT)), tgt[:, 1:].reshape(-1))
        optimizer.zero_grad()
        loss.backward()
        nn.utils.clip_grad_norm_(model.parameters(), 1.0)
        optimizer.step()
        total += loss.item()
    model.eval()
    guess = model.translate(test_src, test_tgt.size(1) - 1)
    accuracy = (guess == test_tgt[:, 1:]).float().mean().item()
    print(f"epoch {epoch} loss {total / 30:.4f} token accuracy {accuracy:.4f}")

print(f"METRIC token_accuracy {accuracy:.4f}")
