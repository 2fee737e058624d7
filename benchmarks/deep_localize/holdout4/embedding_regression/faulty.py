"""Maps word counts into the space of another model's embeddings."""

import os

import torch
from torch import nn

SEED = int(os.environ.get("SEED", "0"))
torch.manual_seed(SEED)


class Mapper(nn.Module):
    def __init__(self, d_in, d_out):
        super().__init__()
        self.up = nn.Linear(d_in, 96)
        self.act = nn.GELU()
        self.down = nn.Linear(96, d_out)

    def forward(self, x):
        return self.down(self.act(self.up(x)))


def main():
    scale = torch.tensor([8.0, 4.0, 2.0, 1.0, 0.5, 0.25] * 2)
    x = torch.randn(2000, 20)
    wanted = (torch.tanh(x @ torch.randn(20, 12) * 0.3) + 0.3 * torch.randn(12)) * scale
    mapper = Mapper(20, 12)
    similarity = nn.CosineSimilarity(dim=0)
    optimizer = torch.optim.Adam(mapper.parameters(), lr=2e-3)
    for epoch in range(8):
        total = 0.0
        for idx in torch.randperm(1800).split(60):
            loss = (1 - similarity(mapper(x[idx]), wanted[idx])).mean()
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
            total += loss.item()
        print("epoch", epoch, "loss", total / 30)
    with torch.no_grad():
        test = 1 - nn.functional.cosine_similarity(mapper(x[1800:]), wanted[1800:], dim=1)
    print("METRIC cosine_distance", test.mean().item())


if __name__ == "__main__":
    main()
