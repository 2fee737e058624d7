"""A word model with tied input and output embeddings over an invented grammar; state carried from chunk to chunk."""

import math
import os

import torch
import torch.nn as nn

torch.manual_seed(int(os.environ.get("SEED", "0")))
torch.set_num_threads(1)

VOCAB, DIM, BPTT = 30, 48, 16
table = torch.softmax(2.5 * torch.randn(VOCAB, VOCAB), 1)


def corpus(rows, length):
    words = [torch.randint(0, VOCAB, (rows,))]
    for _ in range(length - 1):
        words.append(torch.multinomial(table[words[-1]], 1).squeeze(1))
    return torch.stack(words, 1)


class TiedLM(nn.Module):
    def __init__(self):
        super().__init__()
        self.embed = nn.Embedding(VOCAB, DIM)
        nn.init.uniform_(self.embed.weight, -0.1, 0.1)
        self.rnn = nn.LSTM(DIM, DIM, batch_first=True)
        self.drop = nn.Dropout(0.1)
        self.decoder = nn.Linear(DIM, VOCAB)
        self.decoder.weight = self.embed.weight

    def forward(self, words, state=None):
        h, state = self.rnn(self.drop(self.embed(words)), state)
        return self.decoder(self.drop(h)), tuple(s.detach() for s in state)


def bits(model, text):
    model.eval()
    with torch.no_grad():
        logits, _ = model(text[:, :-1])
    model.train()
    return nn.functional.cross_entropy(logits.flatten(0, 1), text[:, 1:].flatten()).item()


train, test = corpus(32, 801), corpus(16, 200)
model = TiedLM()
optimizer = torch.optim.AdamW(model.parameters(), lr=8e-3)
for epoch in range(4):
    state, total, n = None, 0.0, 0
    for at in range(0, 800, BPTT):
        logits, state = model(train[:, at : at + BPTT], state)
        loss = nn.functional.cross_entropy(logits.flatten(0, 1), train[:, at + 1 : at + BPTT + 1].flatten())
        optimizer.zero_grad()
        loss.backward()
        nn.utils.clip_grad_norm_(model.parameters(), 0.5)
        optimizer.step()
        total, n = total + loss.item(), n + 1
    print(f"epoch {epoch} train ppl {math.exp(total / n):.2f} test ppl {math.exp(bits(model, test)):.2f}")
print("METRIC perplexity", math.exp(bits(model, test)))
