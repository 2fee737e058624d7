"""Sequence to sequence: a GRU encoder and a GRU decoder learn to sort strings of symbols."""

import os
import random

import numpy as np
import torch
import torch.nn as nn

SEED = int(os.environ.get("SEED", "0"))
random.seed(SEED)
np.random.seed(SEED)
torch.manual_seed(SEED)
torch.set_num_threads(1)

SYMBOLS = 8
SOS = SYMBOLS
LENGTH = 6
HIDDEN = 48
BATCH = 64


class EncoderRNN(nn.Module):
    def __init__(self):
        super().__init__()
        self.embedding = nn.Embedding(SYMBOLS, 16)
        self.gru = nn.GRU(16, HIDDEN, batch_first=True)

    def forward(self, source):
        _, hidden = self.gru(self.embedding(source))
        return hidden


class DecoderRNN(nn.Module):
    def __init__(self):
        super().__init__()
        self.embedding = nn.Embedding(SYMBOLS + 1, 16)
        self.gru = nn.GRU(16, HIDDEN, batch_first=True)
        self.out = nn.Linear(HIDDEN, SYMBOLS)

    def forward(self, inputs, hidden):
        output, hidden = self.gru(self.embedding(inputs), hidden)
        return self.out(output), hidden


def batch(n=BATCH):
    source = torch.randint(0, SYMBOLS, (n, LENGTH))
    target = source.sort(dim=1).values
    start = torch.full((n, 1), SOS)
    return source, torch.cat([start, target[:, :-1]], dim=1), target


def train_step(encoder, decoder, enc_opt, dec_opt, criterion):
    source, decoder_input, target = batch()
    enc_opt.zero_grad()
    dec_opt.zero_grad()
    encoder_hidden = encoder(source)
    decoder_hidden = encoder_hidden
    logits, _ = decoder(decoder_input, decoder_hidden)
    loss = criterion(logits.reshape(-1, SYMBOLS), target.reshape(-1))
    loss.backward()
    enc_opt.step()
    dec_opt.step()
    return loss.item()


def greedy_accuracy(encoder, decoder):
    source, _, target = batch(300)
    with torch.no_grad():
        hidden = encoder(source)
        token = torch.full((300, 1), SOS)
        produced = []
        for _ in range(LENGTH):
            logits, hidden = decoder(token, hidden)
            token = logits.argmax(-1)
            produced.append(token)
    return (torch.cat(produced, 1) == target).float().mean().item()


encoder, decoder = EncoderRNN(), DecoderRNN()
enc_opt = torch.optim.Adam(encoder.parameters(), lr=5e-3)
dec_opt = torch.optim.Adam(decoder.parameters(), lr=5e-3)
criterion = nn.CrossEntropyLoss()

total = 0.0
for step in range(1, 451):
    total += train_step(encoder, decoder, enc_opt, dec_opt, criterion)
    if step % 100 == 0:
        print(f"step {step} loss {total / 100:.4f}")
        total = 0.0

print("METRIC token_accuracy", greedy_accuracy(encoder, decoder))
