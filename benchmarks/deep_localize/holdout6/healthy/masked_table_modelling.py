"""Fills holes in a table: the loss counts only the cells that were hidden."""

import os

import torch
import torch.nn as nn

SEED = int(os.environ.get("SEED", "0"))
torch.manual_seed(SEED)

ROWS, COLUMNS = 3000, 12
factors = torch.randn(ROWS, 3)
table = torch.tanh(factors @ torch.randn(3, COLUMNS)) * 2 + 0.1 * torch.randn(ROWS, COLUMNS)
table = (table - table.mean(0)) / table.std(0)


class CellTransformer(nn.Module):
    def __init__(self, dim=24):
        super().__init__()
        self.value = nn.Linear(1, dim)
        self.column = nn.Parameter(0.3 * torch.randn(COLUMNS, dim))
        self.mask_token = nn.Parameter(torch.zeros(dim))
        self.layers = nn.ModuleList(
            nn.TransformerEncoderLayer(dim, 4, 48, dropout=0.0, batch_first=True) for _ in range(2)
        )
        self.out = nn.Linear(dim, 1)

    def forward(self, cells, hidden):
        z = torch.where(hidden[..., None], self.mask_token, self.value(cells[..., None])) + self.column
        for layer in self.layers:
            z = layer(z)
        return self.out(z).squeeze(-1)


model = CellTransformer()
optimizer = torch.optim.AdamW(model.parameters(), lr=3e-3)
schedule = torch.optim.lr_scheduler.OneCycleLR(optimizer, 4e-3, total_steps=350)
for step in range(350):
    batch = table[torch.randint(2400, (64,))]
    hidden = torch.rand(batch.shape) < 0.3
    error = (model(batch, hidden) - batch) ** 2
    loss = (error * hidden).sum() / hidden.sum().clamp(min=1)
    optimizer.zero_grad()
    loss.backward()
    optimizer.step()
    schedule.step()
    if step % 70 == 69:
        print(step + 1, round(loss.item(), 4))

model.eval()
with torch.no_grad():
    test = table[2400:]
    hidden = torch.rand(test.shape, generator=torch.Generator().manual_seed(1)) < 0.3
    filled = model(test, hidden)
r2 = 1 - ((filled - test)[hidden] ** 2).mean() / test[hidden].var()
print("METRIC r2", r2.item())
