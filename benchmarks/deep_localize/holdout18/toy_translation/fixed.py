"""Transformer translation of short number phrases into a toy language with swapped word order."""

import os

import torch
import torch.nn as nn

SEED = int(os.environ.get("SEED", "0"))
torch.manual_seed(SEED)
torch.set_num_threads(1)

PAD, BOS, EOS = 0, 1, 2
WORDS = 20
VOCAB = 2 * WORDS + 3
LENGTH = 5
STEPS = 400

# every word has two forms; the form agrees with the word that follows in the source
lexicon = (torch.randperm(2 * WORDS) + 3).view(2, WORDS)


def sample(batch):
    src = torch.randint(0, WORDS, (batch, LENGTH))
    form = src.roll(-1, dims=1) % 2
    tgt = lexicon[form, src].flip(1)
    src = src + 3
    bos = torch.full((batch, 1), BOS)
    eos = torch.full((batch, 1), EOS)
    return src, torch.cat([bos, tgt, eos], dim=1)


class Translator(nn.Module):
    def __init__(self, dim=48, heads=4):
        super().__init__()
        self.dim = dim
        self.src_embed = nn.Embedding(VOCAB, dim, padding_idx=PAD)
        self.tgt_embed = nn.Embedding(VOCAB, dim, padding_idx=PAD)
        self.pos = nn.Parameter(torch.randn(LENGTH + 2, dim) * 0.5)
        self.encoder = nn.TransformerEncoder(
            nn.TransformerEncoderLayer(dim, heads, 96, dropout=0.0, batch_first=True), num_layers=1
        )
        self.decoder = nn.TransformerDecoder(
            nn.TransformerDecoderLayer(dim, heads, 96, dropout=0.0, batch_first=True), num_layers=1
        )
        self.generator = nn.Linear(dim, VOCAB)
        self.generator.weight = self.tgt_embed.weight
        nn.init.normal_(self.tgt_embed.weight, std=dim**-0.5)

    def encode(self, src):
        return self.encoder(self.src_embed(src) + self.pos[: src.size(1)])

    def decode(self, tgt, memory):
        length = tgt.size(1)
        causal = torch.triu(torch.ones(length, length, dtype=torch.bool), diagonal=1)
        x = self.tgt_embed(tgt) * self.dim**0.5 + self.pos[:length]
        x = self.decoder(x, memory, tgt_mask=causal)
        return self.generator(x)

    def forward(self, src, tgt):
        return self.decode(tgt, self.encode(src))

    @torch.no_grad()
    def translate(self, src):
        memory = self.encode(src)
        out = torch.full((len(src), 1), BOS)
        for _ in range(LENGTH + 1):
            next_token = self.decode(out, memory)[:, -1].argmax(-1, keepdim=True)
            out = torch.cat([out, next_token], dim=1)
        return out


model = Translator()
optimizer = torch.optim.Adam(model.parameters(), lr=2e-3)
criterion = nn.CrossEntropyLoss(ignore_index=PAD)

model.train()
for step in range(1, STEPS + 1):
    src, tgt = sample(48)
    logits = model(src, tgt[:, :-1])
    loss = criterion(logits.reshape(-1, VOCAB), tgt[:, 1:].reshape(-1))
    optimizer.zero_grad()
    loss.backward()
    nn.utils.clip_grad_norm_(model.parameters(), 1.0)
    optimizer.step()
    if step % 100 == 0:
        print(f"step {step} loss {loss.item():.4f}")

model.eval()
src, tgt = sample(200)
accuracy = (model.translate(src)[:, 1:] == tgt[:, 1:]).float().mean().item()
print(f"METRIC token_accuracy {accuracy:.4f}")
