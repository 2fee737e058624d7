"""Masked-token model on sequences from a Markov chain; the loss counts masked positions only."""

import os

import torch
import torch.nn as nn

SEED = int(os.environ.get("SEED", "0"))
torch.manual_seed(SEED)
torch.set_num_threads(1)

WORDS, MASK, PAD = 10, 10, 11
MAX_LEN, IGNORE = 14, -100


def batch_of(count):
    """Each word is followed by its successor (word + 3) or, now and then, by a random word; lengths differ."""
    tokens = torch.full((count, MAX_LEN), PAD)
    lengths = torch.randint(7, MAX_LEN + 1, (count,))
    word = torch.randint(WORDS, (count,))
    for t in range(MAX_LEN):
        tokens[:, t] = torch.where(t < lengths, word, torch.tensor(PAD))
        jump = torch.rand(count) < 0.1
        word = torch.where(jump, torch.randint(WORDS, (count,)), (word + 3) % WORDS)
    padding = tokens == PAD
    chosen = (torch.rand(tokens.shape) < 0.15) & ~padding
    labels = torch.where(chosen, tokens, torch.tensor(IGNORE))
    return torch.where(chosen, torch.tensor(MASK), tokens), padding, labels


class MaskedModel(nn.Module):
    def __init__(self, dim=48):
        super().__init__()
        self.words = nn.Embedding(WORDS + 2, dim, padding_idx=PAD)
        self.positions = nn.Embedding(MAX_LEN, dim)
        layer = nn.TransformerEncoderLayer(dim, 4, 96, dropout=0.0, batch_first=True, norm_first=True)
        self.encoder = nn.TransformerEncoder(layer, 2, enable_nested_tensor=False)
        self.lm_head = nn.Linear(dim, WORDS)

    def forward(self, tokens, padding):
        x = self.words(tokens) + self.positions(torch.arange(tokens.size(1)))
        return self.lm_head(self.encoder(x, src_key_padding_mask=padding))


model = MaskedModel()
criterion = nn.CrossEntropyLoss(ignore_index=IGNORE)
optimizer = torch.optim.Adam(model.parameters(), lr=2e-3)
model.train()
for step in range(350):
    tokens, padding, labels = batch_of(48)
    loss = criterion(model(tokens, padding).flatten(0, 1), labels.flatten())
    optimizer.zero_grad()
    loss.backward()
    nn.utils.clip_grad_norm_(model.parameters(), 1.0)
    optimizer.step()
    if step % 70 == 0:
        print(f"step {step} mlm loss {loss.item():.3f}")

model.eval()
with torch.no_grad():
    tokens, padding, labels = batch_of(400)
    counted = labels != IGNORE
    accuracy = (model(tokens, padding).argmax(-1) == labels)[counted].float().mean().item()
print(f"METRIC masked_accuracy {accuracy:.4f}")
