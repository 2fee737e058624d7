"""Predicts the total weight of a basket from its set of items (Deep Sets with masks for the padding)."""

import os

import torch
from torch import nn
from torch.utils.data import DataLoader, Dataset

SEED = int(os.environ.get("SEED", "0"))
torch.manual_seed(SEED)
torch.set_num_threads(1)

CATALOGUE = 30
PAD = 0
item_weight = torch.cat([torch.zeros(1), 0.2 + torch.rand(CATALOGUE)])


class Baskets(Dataset):
    def __init__(self, n):
        self.items = [torch.randint(1, CATALOGUE + 1, (int(k),)) for k in torch.randint(1, 9, (n,))]
        self.totals = torch.stack([item_weight[b].sum() for b in self.items])

    def __len__(self):
        return len(self.items)

    def __getitem__(self, i):
        return self.items[i], self.totals[i]


def collate(samples):
    baskets, totals = zip(*samples)
    return nn.utils.rnn.pad_sequence(baskets, batch_first=True, padding_value=PAD), torch.stack(totals)


class DeepSet(nn.Module):
    def __init__(self, width=24):
        super().__init__()
        self.embed = nn.Embedding(CATALOGUE + 1, width, padding_idx=PAD)
        self.phi = nn.Sequential(nn.Linear(width, width), nn.ReLU(), nn.Linear(width, width))
        self.rho = nn.Sequential(nn.Linear(width, width), nn.ReLU(), nn.Linear(width, 1))

    def forward(self, items):
        mask = (items != PAD).unsqueeze(-1)
        pooled = (self.phi(self.embed(items)) * mask).sum(1)
        return self.rho(pooled).squeeze(-1)


def main():
    train, test = (
        DataLoader(Baskets(1200), 50, shuffle=True, collate_fn=collate),
        DataLoader(Baskets(300), 100, collate_fn=collate),
    )
    model = DeepSet()
    optimizer = torch.optim.Adam(model.parameters(), lr=4e-3)
    epochs = 15
    scheduler = torch.optim.lr_scheduler.OneCycleLR(optimizer, max_lr=1e-2, epochs=epochs, steps_per_epoch=len(train))
    for epoch in range(epochs):
        model.train()
        for items, totals in train:
            loss = nn.functional.mse_loss(model(items), totals)
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
            scheduler.step()
        if epoch % 5 == 4:
            print(f"epoch {epoch + 1} loss {loss.item():.4f}")
    model.eval()
    with torch.no_grad():
        errors = torch.cat([(model(i) - t).abs() for i, t in test])
    print(f"METRIC test_mae {errors.mean().item():.4f}")


main()
