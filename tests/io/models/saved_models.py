"""Models as users have them, and loading one with what the tests leave the same."""

from pathlib import Path

import torch

from faultloc.io.models import LoadedModel, load_model

# Run as a script, its classes are pickled as `__main__.Net`.
SCRIPT = """
import numpy as np
import torch
from torch import nn
from torch.nn import functional as F


class Block(nn.Module):
    def __init__(self):
        super().__init__()
        self.conv = nn.Conv2d(1, 4, 5)
        self.activation = F.relu

    def forward(self, x):
        return self.activation(self.conv(x))


class Net(nn.Module):
    def __init__(self, num_classes=10):
        super().__init__()
        self.block = Block()
        self.fc = nn.Linear(4 * 24 * 24, num_classes)
        self.norm_layer = nn.BatchNorm2d

    def forward(self, x):
        return self.fc(self.block(x).flatten(1))


def constant(epoch):
    return 1.0


if __name__ == "__main__":
    torch.manual_seed(0)
    net = Net()
    optimizer = torch.optim.SGD(net.parameters(), lr=0.1, momentum=0.9, weight_decay=0.0001)
    schedule = torch.optim.lr_scheduler.MultiStepLR(optimizer, [2, 6], gamma=0.1)
    for _ in range(3):
        optimizer.zero_grad()
        net(torch.randn(2, 1, 28, 28)).pow(2).mean().backward()
        optimizer.step()
        schedule.step()
    told = {"epoch": 3, "acc": np.float64(0.93)}
    states = {"optimizer": optimizer.state_dict(), "lr_scheduler": schedule.state_dict()}
    custom = torch.optim.lr_scheduler.LambdaLR(optimizer, constant)
    torch.save({"model": net, "optimizer": optimizer, "lr_scheduler": schedule, **told}, "objects.pth")
    torch.save({"model": net, **states, **told}, "states.pth")
    torch.save({"model": net, "lr_scheduler": custom}, "function.pth")
    torch.save(net, "module.pth")
    torch.save(net, "module_legacy.pth", _use_new_zipfile_serialization=False)
    torch.save(net, "module_protocol4.pth", pickle_protocol=4)
    torch.save(nn.DataParallel(net), "parallel.pth")
    torch.save(net.state_dict(), "weights.pth")
    torch.save(net.state_dict(), "weights_legacy.pth", _use_new_zipfile_serialization=False)
    torch.save({"state_dict": nn.DataParallel(net).state_dict(), **states}, "weights_parallel.pth")
    torch.save({"model": {f"_orig_mod.{k}": v for k, v in net.state_dict().items()}}, "weights_compiled.pth")
    torch.save({**states, **told}, "nothing.pth")
    torch.save(net(torch.ones(2, 1, 28, 28)), "logits.pth")
"""


def load(model: Path | str, *, arch: str | None = None, trust: bool = False, num_classes: int = 10) -> LoadedModel:
    return load_model(str(model), arch=arch, trust=trust, num_classes=num_classes, input_shape=(1, 28, 28))


def computes_as_saved(loaded: LoadedModel, folder: Path) -> bool:
    with torch.no_grad():
        return torch.equal(loaded.network(torch.ones(2, 1, 28, 28)), torch.load(folder / "logits.pth"))
