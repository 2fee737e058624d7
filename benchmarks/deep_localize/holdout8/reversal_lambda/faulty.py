"""Reverses digit strings with a small encoder-decoder; the rate falls by a schedule given as a function."""

import os

import torch
from torch import nn

torch.manual_seed(int(os.environ.get("SEED", "0")))
torch.set_num_threads(1)

DIGITS, BOS, LENGTH = 10, 10, 6


def batch_of(n):
    source = torch.randint(0, DIGITS, (n, LENGTH))
    return source, source.flip(1)


class Encoder(nn.Module):
    def __init__(self, dim):
        super().__init__()
        self.embed = nn.Embedding(DIGITS, dim)
        self.rnn = nn.GRU(dim, dim, batch_first=True)

    def forward(self, source):
        return self.rnn(self.embed(source))


class Decoder(nn.Module):
    """Attends to the encoder's outputs by dot product."""

    def __init__(self, dim):
        super().__init__()
        self.embed = nn.Embedding(DIGITS + 1, dim)
        self.rnn = nn.GRU(dim, dim, batch_first=True)
        self.query = nn.Linear(dim, dim)
        self.out = nn.Linear(2 * dim, DIGITS)

    def forward(self, previous, memory, state):
        h, _ = self.rnn(self.embed(previous), state)
        attention = torch.softmax(self.query(h) @ memory.transpose(1, 2) / memory.size(-1) ** 0.5, dim=-1)
        return self.out(torch.cat([h, attention @ memory], dim=-1))


class Seq2Seq(nn.Module):
    def __init__(self, dim=48):
        super().__init__()
        self.encoder = Encoder(dim)
        self.decoder = Decoder(dim)

    def forward(self, source, target):
        memory, state = self.encoder(source)
        bos = torch.full((len(target), 1), BOS)
        return self.decoder(torch.cat([bos, target[:, :-1]], 1), memory, state)


class Trainer:
    def __init__(self, model, base_lr=6e-3, steps=260):
        self.model, self.base_lr, self.steps = model, base_lr, steps
        self.optimizer = torch.optim.Adam(model.parameters(), lr=base_lr)
        self.scheduler = torch.optim.lr_scheduler.LambdaLR(self.optimizer, self.rate)

    def rate(self, step):
        """Linear warm-up over 20 steps, then decay by half every 150."""
        warm = min(1.0, (step + 1) / 20)
        return self.base_lr * warm * 0.5 ** (step / 150)

    def fit(self):
        for step in range(self.steps):
            source, target = batch_of(48)
            logits = self.model(source, target)
            loss = nn.functional.cross_entropy(logits.flatten(0, 1), target.flatten())
            self.optimizer.zero_grad()
            loss.backward()
            nn.utils.clip_grad_norm_(self.model.parameters(), 1.0)
            self.optimizer.step()
            self.scheduler.step()
            if step % 50 == 0:
                print(f"step {step} loss {loss.item():.3f}")


model = Seq2Seq()
Trainer(model).fit()
with torch.no_grad():
    source, target = batch_of(500)
    token_accuracy = (model(source, target).argmax(-1) == target).float().mean().item()
print("METRIC token_accuracy", token_accuracy)
