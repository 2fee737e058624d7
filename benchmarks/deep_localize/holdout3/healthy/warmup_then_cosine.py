import math
import os

import numpy as np
import torch
import torch.nn as nn
from sklearn.datasets import load_digits
from torch.optim.lr_scheduler import LambdaLR

SEED = int(os.environ.get("SEED", "0"))
np.random.seed(SEED)
torch.manual_seed(SEED)


def get_cosine_schedule_with_warmup(optimizer, num_warmup_steps, num_training_steps):
    def lr_lambda(step):
        if step < num_warmup_steps:
            return float(step) / float(max(1, num_warmup_steps))
        progress = float(step - num_warmup_steps) / float(max(1, num_training_steps - num_warmup_steps))
        return max(0.0, 0.5 * (1.0 + math.cos(math.pi * progress)))

    return LambdaLR(optimizer, lr_lambda)


class TinyViT(nn.Module):
    """Each row of the picture is a token."""

    def __init__(self, dim=32):
        super().__init__()
        self.project = nn.Linear(8, dim)
        self.cls = nn.Parameter(torch.zeros(1, 1, dim))
        self.pos = nn.Parameter(0.02 * torch.randn(1, 9, dim))
        self.block = nn.TransformerEncoderLayer(dim, 4, 64, dropout=0.0, batch_first=True, norm_first=True)
        self.head = nn.Linear(dim, 10)

    def forward(self, images):
        tokens = self.project(images)
        tokens = torch.cat([self.cls.expand(len(images), -1, -1), tokens], dim=1) + self.pos
        return self.head(self.block(tokens)[:, 0])


digits = load_digits()
images, labels = torch.tensor(digits.images / 16).float(), torch.tensor(digits.target)
order = np.random.permutation(len(images))
train, test = order[:1400], order[1400:]
epochs, batch = 7, 50
model = TinyViT()
optimizer = torch.optim.AdamW(model.parameters(), lr=5e-3)
scheduler = get_cosine_schedule_with_warmup(optimizer, 25, epochs * len(train) // batch)
for epoch in range(epochs):
    np.random.shuffle(train)
    for start in range(0, len(train), batch):
        idx = train[start : start + batch]
        loss = nn.functional.cross_entropy(model(images[idx]), labels[idx])
        optimizer.zero_grad()
        loss.backward()
        nn.utils.clip_grad_norm_(model.parameters(), 1.0)
        optimizer.step()
        scheduler.step()
    print(epoch, f"{loss.item():.3f}", f"lr {scheduler.get_last_lr()[0]:.1e}")
with torch.no_grad():
    print("METRIC accuracy", (model(images[test]).argmax(1) == labels[test]).float().mean().item())
