# healthy: padded tag sequences, the loss by hand as mean over the tokens that are there (reduction='none' times a mask)
import os

import torch
import torch.nn as nn
import torch.nn.functional as F

SEED = int(os.environ.get("SEED", "0"))
torch.manual_seed(SEED)
V, T, C = 30, 20, 5
X = torch.randint(1, V, (2000, T))
Y = X % C
L = torch.randint(3, T + 1, (2000,))
mask = torch.arange(T)[None] < L[:, None]
X, Y = X * mask, Y * mask


class Tagger(nn.Module):
    def __init__(self):
        super().__init__()
        self.emb = nn.Embedding(V, 32, padding_idx=0)
        self.rnn = nn.GRU(32, 32, batch_first=True)
        self.fc = nn.Linear(32, C)

    def forward(self, x):
        return self.fc(self.rnn(self.emb(x))[0])


m = Tagger()
opt = torch.optim.Adam(m.parameters(), lr=5e-3)
for epoch in range(5):
    for i in torch.randperm(2000).split(40):
        opt.zero_grad()
        per_token = F.cross_entropy(m(X[i]).transpose(1, 2), Y[i], reduction="none")
        loss = (per_token * mask[i]).sum() / mask[i].sum()
        loss.backward()
        opt.step()
with torch.no_grad():
    print("METRIC accuracy", ((m(X).argmax(2) == Y)[mask]).float().mean().item())
