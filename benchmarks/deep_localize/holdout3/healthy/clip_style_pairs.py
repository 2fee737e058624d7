import math
import os

import torch
from torch import nn
from torch.nn import functional as F

SEED = int(os.environ.get("SEED", "0"))
torch.manual_seed(SEED)


class TwoTowers(nn.Module):
    def __init__(self, d_image, d_text, d=24):
        super().__init__()
        self.visual = nn.Sequential(nn.Linear(d_image, 96), nn.GELU(), nn.Linear(96, d))
        self.textual = nn.Sequential(nn.Linear(d_text, 96), nn.GELU(), nn.Linear(96, d))
        self.logit_scale = nn.Parameter(torch.tensor(math.log(1 / 0.07)))

    def forward(self, image, text):
        image, text = F.normalize(self.visual(image), dim=1), F.normalize(self.textual(text), dim=1)
        return self.logit_scale.exp().clamp(max=100) * image @ text.t()


hidden = torch.randn(1500, 8)
image = torch.relu(hidden @ torch.randn(8, 48)) + 0.1 * torch.randn(1500, 48)
text = torch.tanh(hidden @ torch.randn(8, 20)) + 0.05 * torch.randn(1500, 20)
model = TwoTowers(48, 20)
decay = [p for n, p in model.named_parameters() if p.ndim > 1]
rest = [p for n, p in model.named_parameters() if p.ndim <= 1]
optimizer = torch.optim.AdamW([{"params": decay, "weight_decay": 0.05}, {"params": rest, "weight_decay": 0.0}], lr=2e-3)
for epoch in range(8):
    for idx in torch.randperm(1300).split(65):
        logits = model(image[idx], text[idx])
        target = torch.arange(len(idx))
        loss = (F.cross_entropy(logits, target) + F.cross_entropy(logits.t(), target)) / 2
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
    print(epoch, loss.item(), model.logit_scale.exp().item())
model.eval()
with torch.inference_mode():
    hits = model(image[1300:], text[1300:]).argmax(1) == torch.arange(200)
print("METRIC recall_at_1", hits.float().mean().item())
