"""CenterNet-like detector in Lightning: focal heatmap loss with prior bias, masked size loss, OneCycle, frozen stem."""

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
pl.seed_everything(int(os.environ.get("SEED", 0)), verbose=False)
S, G = 24, 12


def scenes(n):
    img = 0.2 * torch.randn(n, 1, S, S)
    heat, size = torch.zeros(n, G, G), torch.zeros(n, G, G)
    for i in range(n):
        gy, gx = torch.randint(2, G - 2, (2,)).tolist()
        r = int(torch.randint(2, 5, (1,)))
        img[i, 0, max(0, 2 * gy - r) : 2 * gy + r, max(0, 2 * gx - r) : 2 * gx + r] += 1.0
        heat[i, gy, gx], size[i, gy, gx] = 1.0, r / 4
    return img, heat, size


class Detector(pl.LightningModule):
    def __init__(self, total_steps):
        super().__init__()
        self.total_steps = total_steps
        self.stem = nn.Conv2d(1, 8, 3, padding=1).requires_grad_(False)
        self.body = nn.Sequential(
            nn.ReLU(),
            nn.Conv2d(8, 24, 3, 2, 1),
            nn.GroupNorm(4, 24),
            nn.ReLU(),
            nn.Conv2d(24, 24, 3, padding=1),
            nn.GroupNorm(4, 24),
            nn.ReLU(),
            nn.Conv2d(24, 24, 3, padding=1),
            nn.ReLU(),
        )
        self.heat_head, self.size_head = nn.Conv2d(24, 1, 1), nn.Conv2d(24, 1, 1)
        nn.init.constant_(self.heat_head.bias, -4.6)

    def forward(self, x):
        h = self.body(self.stem(x))
        return self.heat_head(h).squeeze(1), self.size_head(h).squeeze(1)

    def training_step(self, batch, _):
        img, heat, size = batch
        logit, sz = self(img)
        p = torch.sigmoid(logit).clamp(1e-4, 1 - 1e-4)
        pos = heat == 1
        focal = -torch.where(pos, (1 - p) ** 2 * p.log(), p**2 * (1 - p).log()).sum() / pos.sum()
        l_size = F.l1_loss(sz[pos], size[pos])
        self.log_dict({"focal": focal, "size": l_size}, on_epoch=True, on_step=False)
        return focal + 0.5 * l_size

    def on_train_epoch_end(self):
        m = self.trainer.callback_metrics
        print(f"epoch {self.current_epoch} focal {m['focal'].item():.4f} size {m['size'].item():.4f}")

    def configure_optimizers(self):
        opt = torch.optim.AdamW([p for p in self.parameters() if p.requires_grad], lr=1e-4, weight_decay=1e-3)
        sch = torch.optim.lr_scheduler.OneCycleLR(opt, 8e-3, total_steps=self.total_steps)
        return {"optimizer": opt, "lr_scheduler": {"scheduler": sch, "interval": "step"}}


tr, te = scenes(500), scenes(200)
loader = DataLoader(TensorDataset(*tr), batch_size=25, shuffle=True)
EPOCHS = 6
net = Detector(EPOCHS * len(loader))
trainer = pl.Trainer(
    max_epochs=EPOCHS,
    accelerator="cpu",
    devices=1,
    logger=False,
    enable_checkpointing=False,
    enable_progress_bar=False,
    enable_model_summary=False,
    gradient_clip_val=1.0,
)
trainer.fit(net, loader)
net.eval()
with torch.no_grad():
    lg, sz = net(te[0])
a, b = lg.flatten(1).argmax(1), te[1].flatten(1).argmax(1)
hit = ((a // G - b // G).abs() <= 1) & ((a % G - b % G).abs() <= 1)
err = (sz.flatten(1)[torch.arange(200), a] - te[2].flatten(1)[torch.arange(200), b]).abs()[hit].mean()
print("METRIC centre_hit", hit.float().mean().item())
