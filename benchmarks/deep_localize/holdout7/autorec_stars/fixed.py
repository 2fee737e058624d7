"""AutoRec: an autoencoder of the columns of a rating matrix in which most entries are unknown (stored as 0)."""

import os

import torch
import torch.nn as nn

torch.manual_seed(int(os.environ.get("SEED", "0")))
torch.set_num_threads(1)

USERS, ITEMS, RANK = 150, 400, 3
taste, trait = torch.randn(USERS, RANK), torch.randn(ITEMS, RANK)
full = (3.2 + 0.8 * taste @ trait.T / RANK**0.5 + 0.2 * torch.randn(USERS, ITEMS)).clamp(1, 5)
seen = torch.rand(USERS, ITEMS) < 0.25
held_out = seen & (torch.rand(USERS, ITEMS) < 0.1)
observed = seen & ~held_out
ratings = full * observed


class Autorec(nn.Module):
    def __init__(self, num_users, hidden=40):
        super().__init__()
        self.encoder = nn.Linear(num_users, hidden)
        self.decoder = nn.Linear(hidden, num_users)

    def forward(self, r):
        return self.decoder(torch.sigmoid(self.encoder(r)))

    def loss(self, pred, r, mask, lambda_value=0.002):
        mse = ((pred - r).square() * mask).sum() / mask.sum()
        reg = self.decoder.weight.square().sum() + self.encoder.weight.square().sum()
        return mse + lambda_value * reg


def rmse(model):
    with torch.no_grad():
        pred = model(ratings.T).T.clamp(1, 5)
    return (pred - full)[held_out].square().mean().sqrt().item()


model = Autorec(USERS)
optimizer = torch.optim.Adam(model.parameters(), lr=5e-3)
for epoch in range(80):
    for idx in torch.randperm(ITEMS).split(50):
        columns, mask = ratings.T[idx], observed.T[idx].float()
        loss = model.loss(model(columns), columns, mask)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
    if epoch % 10 == 9:
        print(f"epoch {epoch + 1}: loss {loss.item():.3f} held-out rmse {rmse(model):.3f}")
print("METRIC rmse", rmse(model))
