"""Two towers, contrastive: readings of a sensor and their descriptions find each other (as in CLIP)."""

import os

import torch
import torch.nn as nn
import torch.nn.functional as F
from torch.utils.data import DataLoader, TensorDataset

SEED = int(os.environ.get("SEED", "0"))
torch.manual_seed(SEED)

n, topics = 2400, 24
concept = torch.randn(n, 6)
curves = torch.tanh(concept @ torch.randn(6, 40)) + 0.2 * torch.randn(n, 40)
words = ((concept @ torch.randn(6, topics)) > 0.3).float()
words = words + 0.1 * torch.randn(n, topics)
curves_train, curves_test = curves[:2000], curves[2000:]
words_train, words_test = words[:2000], words[2000:]


def tower(n_in, dim=24):
    return nn.Sequential(nn.Linear(n_in, 96), nn.GELU(), nn.Linear(96, dim))


curve_encoder, text_encoder = tower(40), tower(topics)
logit_scale = nn.Parameter(torch.tensor(2.3))
pair_loader = DataLoader(TensorDataset(curves_train, words_train), batch_size=100, shuffle=True)
params = [*curve_encoder.parameters(), *text_encoder.parameters(), logit_scale]
optimizer = torch.optim.AdamW(params, lr=2e-3, weight_decay=1e-3)

for epoch in range(15):
    total = 0.0
    for curve, text in pair_loader:
        a = F.normalize(curve_encoder(curve), dim=-1)
        b = F.normalize(text_encoder(text), dim=-1)
        logits = logit_scale.exp() * a @ b.t()
        target = torch.arange(len(a))
        loss = (F.cross_entropy(logits, target) + F.cross_entropy(logits.t(), target)) / 2
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        total += loss.item()
    if epoch % 3 == 2:
        print(f"epoch {epoch + 1} loss {total / 20:.3f}")

with torch.no_grad():
    a = F.normalize(curve_encoder(curves_test), dim=-1)
    b = F.normalize(text_encoder(words_test), dim=-1)
    ranks = (a @ b.t()).topk(5, dim=1).indices
    hit = (ranks == torch.arange(len(a))[:, None]).any(1).float().mean().item()
print("METRIC recall_at_5", hit)
