"""Answers which colour the object named by a word has; language enters the visual stream through a gated residual."""

import os

import torch
import torch.nn as nn
import torch.nn.functional as F

SEED = int(os.environ.get("SEED", "0"))
torch.manual_seed(SEED)
torch.set_num_threads(1)
OBJECTS, COLOURS, DIM = 5, 4, 40


def scenes(n):
    colours = torch.randint(COLOURS, (n, OBJECTS))
    word = torch.randint(OBJECTS, (n,))
    picture = F.one_hot(colours, COLOURS).float().flatten(1) + 0.1 * torch.randn(n, OBJECTS * COLOURS)
    return picture, word, colours[torch.arange(n), word]


class LanguageGate(nn.Module):
    """Starts as the identity, so that a pretrained visual stream is undisturbed at first."""

    def __init__(self, dim):
        super().__init__()
        self.fuse = nn.Sequential(nn.Linear(2 * dim, dim), nn.ReLU(), nn.Linear(dim, dim))
        self.gate = nn.Sequential(
            nn.Linear(dim, dim, bias=False), nn.ReLU(), nn.Linear(dim, dim, bias=False), nn.Tanh()
        )
        nn.init.zeros_(self.gate[0].weight)
        nn.init.zeros_(self.gate[2].weight)

    def forward(self, visual, language):
        fused = self.fuse(torch.cat([visual, language], 1))
        return visual + self.gate(fused) * fused


class ReferringNet(nn.Module):
    def __init__(self):
        super().__init__()
        self.stem = nn.Sequential(nn.Linear(OBJECTS * COLOURS, DIM), nn.ReLU())
        self.words = nn.Embedding(OBJECTS, DIM)
        self.gates = nn.ModuleList([LanguageGate(DIM) for _ in range(2)])
        self.head = nn.Sequential(nn.LayerNorm(DIM), nn.Linear(DIM, 64), nn.ReLU(), nn.Linear(64, COLOURS))

    def forward(self, picture, word):
        x, language = self.stem(picture), self.words(word)
        for gate in self.gates:
            x = gate(x, language)
        return self.head(x)


model = ReferringNet()
optimizer = torch.optim.AdamW(model.parameters(), lr=3e-3, weight_decay=1e-3)
scheduler = torch.optim.lr_scheduler.OneCycleLR(optimizer, max_lr=5e-3, total_steps=900)
running = 0.0
for step in range(900):
    picture, word, answer = scenes(64)
    loss = F.cross_entropy(model(picture, word), answer)
    optimizer.zero_grad(set_to_none=True)
    loss.backward()
    optimizer.step()
    scheduler.step()
    running += loss.item()
    if step % 150 == 149:
        print(f"step {step + 1}: {running / 150:.3f}")
        running = 0.0

model.eval()
with torch.no_grad():
    picture, word, answer = scenes(1000)
    print("METRIC accuracy", round((model(picture, word).argmax(1) == answer).float().mean().item(), 4))
