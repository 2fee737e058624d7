import os

import numpy as np
import torch
import torch.nn as nn
import torch.nn.functional as F
from torch.utils.data import DataLoader, TensorDataset

SEED = int(os.environ.get("SEED", "0"))
np.random.seed(SEED)
torch.manual_seed(SEED)


class Encoder(nn.Module):
    def __init__(self, n_in, n_out=16):
        super().__init__()
        self.net = nn.Sequential(nn.Linear(n_in, 80), nn.Tanh(), nn.Linear(80, n_out))

    def forward(self, x):
        return F.normalize(self.net(x), p=2, dim=1)


def info_nce(q, d, temperature=0.05):
    logits = torch.matmul(q, d.t()) / temperature
    return F.cross_entropy(logits, torch.arange(q.size(0)))


topic = np.random.randn(2200, 6)
queries = np.tanh(topic @ np.random.randn(6, 32)) + 0.1 * np.random.randn(2200, 32)
docs = np.sin(topic @ np.random.randn(6, 40) * 0.5) + np.random.randn(2200, 40) * 0.1
queries, docs = torch.FloatTensor(queries), torch.FloatTensor(docs)
loader = DataLoader(TensorDataset(queries[:2000], docs[:2000]), batch_size=50, shuffle=True, drop_last=True)
query_encoder, doc_encoder = Encoder(32), Encoder(40)
optimizer = torch.optim.SGD([*query_encoder.parameters(), *doc_encoder.parameters()], lr=0.003, momentum=0.9)
for epoch in range(8):
    for q, d in loader:
        loss = info_nce(query_encoder(q), doc_encoder(d))
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
    print(f"epoch {epoch}: {loss.item():.4f}")
with torch.no_grad():
    sim = query_encoder(queries[2000:]) @ doc_encoder(docs[2000:]).t()
print("METRIC top1", (sim.argmax(1) == torch.arange(200)).float().mean().item())
