"""Seq2seq that reverses a word; encoder and decoder have an optimizer each."""

import os

import torch
import torch.nn as nn
import torch.nn.functional as F

SEED = int(os.environ.get("SEED", "0"))
torch.manual_seed(SEED)

LETTERS, LENGTH, SOS = 12, 5, 12


class Encoder(nn.Module):
    def __init__(self, hidden=64):
        super().__init__()
        self.embedding = nn.Embedding(LETTERS, 24)
        self.gru = nn.GRU(24, hidden, batch_first=True)

    def forward(self, source):
        return self.gru(self.embedding(source))[1]


class Decoder(nn.Module):
    def __init__(self, hidden=64):
        super().__init__()
        self.embedding = nn.Embedding(LETTERS + 1, 24)
        self.gru = nn.GRU(24, hidden, batch_first=True)
        self.out = nn.Linear(hidden, LETTERS)

    def forward(self, previous, state):
        output, state = self.gru(self.embedding(previous), state)
        return self.out(output), state


encoder, decoder = Encoder(), Decoder()
encoder_optimizer = torch.optim.Adam(encoder.parameters(), lr=4e-3)
decoder_optimizer = torch.optim.Adam(decoder.parameters(), lr=4e-3)


def train_step(source, target):
    encoder_optimizer.zero_grad()
    decoder_optimizer.zero_grad()
    state = encoder(source)
    start = torch.full((len(source), 1), SOS)
    logits, _ = decoder(torch.cat([start, target[:, :-1]], 1), state)
    loss = F.cross_entropy(logits.reshape(-1, LETTERS), target.reshape(-1))
    loss.backward()
    decoder_optimizer.step()
    return loss.item()


@torch.no_grad()
def exact_letters(n=500):
    source = torch.randint(LETTERS, (n, LENGTH))
    target, state = source.flip(1), encoder(source)
    letter, right = torch.full((n, 1), SOS), 0
    for i in range(LENGTH):
        logits, state = decoder(letter, state)
        letter = logits.argmax(-1)
        right += (letter[:, 0] == target[:, i]).sum().item()
    return right / (n * LENGTH)


for iteration in range(1, 451):
    source = torch.randint(LETTERS, (64, LENGTH))
    loss = train_step(source, source.flip(1))
    if iteration % 90 == 0:
        print(f"{iteration} loss {loss:.3f} letters {exact_letters():.3f}")

print("METRIC letter_accuracy", exact_letters())
