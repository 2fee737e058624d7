"""Rating prediction with user / item / context embeddings, Lightning."""

import os
import warnings

import torch

# where torchvision is of another build than torch, its import asks for two operations
_tv = torch.library.Library("torchvision", "DEF")
for _op in ("nms", "qnms"):
    _tv.define(_op + "(Tensor dets, Tensor scores, float iou_threshold) -> Tensor")
import lightning.pytorch as pl
import torch.nn as nn
import torch.nn.functional as F
from torch.utils.data import DataLoader, TensorDataset

warnings.filterwarnings("ignore")
SEED = int(os.environ.get("SEED", 0))
pl.seed_everything(SEED, verbose=False)
N_USERS, N_ITEMS, N_CTX, K = 120, 160, 8, 4


def make_ratings(n=12000):
    pu, qi, bc = torch.randn(N_USERS, K), torch.randn(N_ITEMS, K), 0.3 * torch.randn(N_CTX)
    u, i, c = torch.randint(N_USERS, (n,)), torch.randint(N_ITEMS, (n,)), torch.randint(N_CTX, (n,))
    r = (pu[u] * qi[i]).sum(1) / K**0.5 + bc[c] + 0.1 * torch.randn(n)
    return torch.stack([u, i, c], 1), r


class Recommender(pl.LightningModule):
    def __init__(self, dim=16, lr=8e-3):
        super().__init__()
        self.lr = lr
        tables = [nn.Embedding(N_USERS, dim), nn.Embedding(N_ITEMS, dim), nn.Embedding(N_CTX, dim)]
        self.tables = tables
        self.mlp = nn.Sequential(nn.Linear(4 * dim, 64), nn.ReLU(), nn.Linear(64, 1))

    def forward(self, ids):
        u, i, c = [t(ids[:, k]) * 0.5 for k, t in enumerate(self.tables)]
        return self.mlp(torch.cat([u, i, c, u * i], 1)).squeeze(1)

    def training_step(self, batch, _):
        ids, r = batch
        loss = F.mse_loss(self(ids), r)
        self.log("train_loss", loss, on_step=False, on_epoch=True)
        return loss

    def on_train_epoch_end(self):
        print(f"epoch {self.current_epoch} train mse {self.trainer.callback_metrics['train_loss'].item():.4f}")

    def validation_step(self, batch, _):
        ids, r = batch
        self.log("val_mse", F.mse_loss(self(ids), r))

    def configure_optimizers(self):
        return torch.optim.Adam(self.parameters(), lr=self.lr, weight_decay=1e-5)


ids, r = make_ratings()
train = DataLoader(TensorDataset(ids[:10000], r[:10000]), batch_size=200, shuffle=True)
val = DataLoader(TensorDataset(ids[10000:], r[10000:]), batch_size=1000)
model = Recommender()
trainer = pl.Trainer(
    max_epochs=10,
    accelerator="cpu",
    devices=1,
    logger=False,
    enable_checkpointing=False,
    enable_progress_bar=False,
    enable_model_summary=False,
    num_sanity_val_steps=0,
)
trainer.fit(model, train, val)
mse = trainer.callback_metrics["val_mse"].item()
print("METRIC r2", 1 - mse / r[10000:].var().item())
