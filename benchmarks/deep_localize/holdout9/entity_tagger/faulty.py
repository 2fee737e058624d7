"""Tags entities on top of a pretrained encoder: the encoder is tuned gently, the tagging head at a rate of its own."""

import os

import torch
import torch.nn as nn
import torch.nn.functional as F

torch.manual_seed(int(os.environ.get("SEED", "0")))
torch.set_num_threads(1)

VOCAB, LENGTH, TAGS = 120, 12, 4
kind_of_word = torch.randint(0, 6, (VOCAB,))


def sentences(n):
    """A tag depends on the kind of the word and on that of the word before."""
    words = torch.randint(0, VOCAB, (n, LENGTH))
    kinds = kind_of_word[words]
    before = torch.cat([torch.zeros(n, 1, dtype=torch.long), kinds[:, :-1]], dim=1)
    tags = torch.where(kinds < 2, 0, torch.where(before < 2, 1 + (kinds % 2), 3))
    return words, kinds, tags


class Encoder(nn.Module):
    def __init__(self, dim=48):
        super().__init__()
        self.embedding = nn.Embedding(VOCAB, dim)
        self.lstm = nn.LSTM(dim, dim // 2, batch_first=True, bidirectional=True)

    def forward(self, words):
        return self.lstm(self.embedding(words))[0]


class Tagger(nn.Module):
    def __init__(self, encoder, dim=48):
        super().__init__()
        self.encoder = encoder
        self.fc = nn.Linear(dim, TAGS)

    def forward(self, words):
        return self.fc(self.encoder(words))


def pretrain(encoder):
    probe = nn.Linear(48, 6)
    optimizer = torch.optim.Adam([*encoder.parameters(), *probe.parameters()], lr=1e-2)
    for _ in range(40):
        words, kinds, _ = sentences(32)
        loss = F.cross_entropy(probe(encoder(words)).flatten(0, 1), kinds.flatten())
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
    print(f"pretraining ends at {loss.item():.3f}")


class Trainer:
    def __init__(self, model, lr_encoder=3e-5, lr_head=2e-2):
        self.model = model
        parameters = []
        params = {"lr": lr_encoder, "weight_decay": 1e-2, "params": []}
        for name, param in model.named_parameters():
            if name.startswith("encoder"):
                params["params"].append(param)
        parameters.append(params)
        params = {"lr": lr_head, "weight_decay": 1e-2, "params": []}
        for name, param in model.named_parameters():
            if name.startswith("fc"):
                params["params"].append(param)
        self.optimizer = torch.optim.AdamW(parameters)

    def train(self, steps):
        for step in range(steps):
            words, _, tags = sentences(32)
            loss = F.cross_entropy(self.model(words).flatten(0, 1), tags.flatten())
            self.optimizer.zero_grad()
            loss.backward()
            self.optimizer.step()
            if step % 60 == 0:
                print(f"step {step} loss {loss.item():.4f}")

    def evaluate(self):
        words, _, tags = sentences(300)
        with torch.no_grad():
            return (self.model(words).argmax(-1) == tags).float().mean().item()


encoder = Encoder()
pretrain(encoder)
trainer = Trainer(Tagger(encoder))
trainer.train(300)
print("METRIC tag_accuracy", trainer.evaluate())
