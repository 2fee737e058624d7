"""Part-of-speech style tagger: small pretrained-like encoder with its own rate, new tagging layers with a larger one."""

import os
from dataclasses import dataclass

import torch
import torch.nn as nn
import torch.nn.functional as F

SEED = int(os.environ.get("SEED", "0"))
torch.manual_seed(SEED)
torch.set_num_threads(1)


@dataclass
class Config:
    vocab: int = 60
    tags: int = 12
    dim: int = 16
    length: int = 12
    encoder_lr: float = 1e-3
    head_lr: float = 1e-2
    batch: int = 32
    epochs: int = 8


cfg = Config()


def make_corpus(n, generator):
    # the tag of a word depends on the word and on whether the previous one is a "determiner" (id < 15)
    tokens = torch.randint(0, cfg.vocab, (n, cfg.length), generator=generator)
    previous = torch.cat([torch.zeros(n, 1, dtype=torch.long), tokens[:, :-1]], 1)
    tags = (tokens % 6) + 6 * (previous < 15).long()
    return tokens, tags


class Tagger(nn.Module):
    def __init__(self):
        super().__init__()
        self.embedding = nn.Embedding(cfg.vocab, cfg.dim)
        self.encoder = nn.LSTM(cfg.dim, cfg.dim, batch_first=True, bidirectional=True)
        self.transform = nn.Linear(2 * cfg.dim, 24)
        self.fc = nn.Linear(24, cfg.tags)

    def forward(self, tokens):
        hidden, _ = self.encoder(self.embedding(tokens))
        return self.fc(torch.relu(self.transform(hidden)))


def build_optimizer(model):
    parameters = []
    params = {"lr": cfg.encoder_lr, "weight_decay": 1e-2, "params": []}
    for name, p in model.named_parameters():
        if name.startswith(("embedding", "encoder")):
            params["params"].append(p)
    parameters.append(params)

    params = {"lr": cfg.head_lr, "weight_decay": 0.0, "params": []}
    for name, p in model.named_parameters():
        if name.startswith(("transform", "fc")):
            params["params"].append(p)
    parameters.append(params)
    return torch.optim.AdamW(parameters)


generator = torch.Generator().manual_seed(SEED + 1)
train_x, train_y = make_corpus(800, generator)
test_x, test_y = make_corpus(200, generator)
model = Tagger()
optimizer = build_optimizer(model)

for epoch in range(cfg.epochs):
    model.train()
    total = 0.0
    for index in torch.randperm(len(train_x)).split(cfg.batch):
        logits = model(train_x[index])
        loss = F.cross_entropy(logits.reshape(-1, cfg.tags), train_y[index].reshape(-1))
        optimizer.zero_grad()
        loss.backward()
        nn.utils.clip_grad_norm_(model.parameters(), 5.0)
        optimizer.step()
        total += loss.item() * len(index)
    print(f"epoch {epoch} loss {total / len(train_x):.4f}")

model.eval()
with torch.no_grad():
    accuracy = (model(test_x).argmax(-1) == test_y).float().mean().item()
print(f"METRIC accuracy {accuracy:.4f}")
