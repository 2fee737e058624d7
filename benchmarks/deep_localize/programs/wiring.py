"""Parts that are right by themselves and wrongly joined: output and loss, gradients, optimizer."""

import torch
from torch import nn

from benchmarks.deep_localize.data import digits, shuffled_batches
from benchmarks.deep_localize.outcome import classified, predict
from benchmarks.deep_localize.program import Outcome, Watch, faulty


@faulty(
    "PT-double-softmax",
    kind="contract",
    phase={"forward", "loss"},
    place={"2", "3"},
    fix="no softmax before the cross-entropy, which has its own",
    changes={"network"},
)
def pt_double_softmax(fixed: bool, seed: int, watch: Watch) -> Outcome:
    """Digits."""
    torch.manual_seed(seed)
    x, y = digits()
    model = nn.Sequential(nn.Linear(64, 64), nn.ReLU(), nn.Linear(64, 10), nn.Identity() if fixed else nn.Softmax(1))
    optimizer = torch.optim.SGD(model.parameters(), lr=0.1)
    loss_fn = nn.CrossEntropyLoss()
    with watch(model, optimizer, loss_fn):
        for rows in shuffled_batches(len(x), size=32, steps=200, seed=seed):
            optimizer.zero_grad()
            loss = loss_fn(model(x[rows]), y[rows])
            loss.backward()
            optimizer.step()
    return classified(model, predict(model, x).argmax(dim=1), y)


@faulty(
    "PT-nll-no-logsoftmax",
    kind="contract",
    phase={"forward", "loss"},
    place={"2", "3"},
    fix="a log-softmax before the negative log-likelihood",
    changes={"network"},
)
def pt_nll_no_logsoftmax(fixed: bool, seed: int, watch: Watch) -> Outcome:
    """Digits."""
    torch.manual_seed(seed)
    x, y = digits()
    answer = nn.LogSoftmax(dim=1) if fixed else nn.Identity()
    model = nn.Sequential(nn.Linear(64, 64), nn.ReLU(), nn.Linear(64, 10), answer)
    optimizer = torch.optim.SGD(model.parameters(), lr=0.1)
    loss_fn = nn.NLLLoss()
    with watch(model, optimizer, loss_fn):
        for rows in shuffled_batches(len(x), size=32, steps=200, seed=seed):
            optimizer.zero_grad()
            loss = loss_fn(model(x[rows]), y[rows])
            loss.backward()
            optimizer.step()
    return classified(model, predict(model, x).argmax(dim=1), y)


@faulty(
    "PT-no-zero-grad",
    kind="dynamic",
    phase={"backward", "update"},
    place={"optimizer"},
    fix="gradients set to zero in every step",
    changes={"step"},
)
def pt_no_zero_grad(fixed: bool, seed: int, watch: Watch) -> Outcome:
    """Digits."""
    torch.manual_seed(seed)
    x, y = digits()
    model = nn.Sequential(nn.Linear(64, 64), nn.ReLU(), nn.Linear(64, 10))
    optimizer = torch.optim.SGD(model.parameters(), lr=0.3)
    loss_fn = nn.CrossEntropyLoss()
    with watch(model, optimizer, loss_fn):
        for rows in shuffled_batches(len(x), size=32, steps=150, seed=seed):
            if fixed:
                optimizer.zero_grad()
            loss = loss_fn(model(x[rows]), y[rows])
            loss.backward()
            optimizer.step()
    return classified(model, predict(model, x).argmax(dim=1), y)


@faulty(
    "PT-optim-other-params",
    kind="contract",
    phase={"update"},
    place={"optimizer"},
    fix="the optimizer has the parameters of the model that is trained",
    changes={"optimizer"},
)
def pt_optim_other_params(fixed: bool, seed: int, watch: Watch) -> Outcome:
    """Digits; the model is replaced after the optimizer was made."""
    torch.manual_seed(seed)
    x, y = digits()
    model = nn.Sequential(nn.Linear(64, 64), nn.ReLU(), nn.Linear(64, 10))
    optimizer = torch.optim.Adam(model.parameters(), lr=0.005)
    model = nn.Sequential(nn.Linear(64, 64), nn.ReLU(), nn.Linear(64, 10))
    if fixed:
        optimizer = torch.optim.Adam(model.parameters(), lr=0.005)
    loss_fn = nn.CrossEntropyLoss()
    with watch(model, optimizer, loss_fn):
        for rows in shuffled_batches(len(x), size=32, steps=150, seed=seed):
            optimizer.zero_grad()
            loss = loss_fn(model(x[rows]), y[rows])
            loss.backward()
            optimizer.step()
    return classified(model, predict(model, x).argmax(dim=1), y)


class CutNetwork(nn.Module):
    """Two layers; with ``cut`` no gradient reaches the first."""

    def __init__(self, cut: bool) -> None:
        super().__init__()
        self.cut = cut
        self.first = nn.Linear(64, 12)
        self.activation = nn.ReLU()
        self.last = nn.Linear(12, 10)

    def forward(self, pixels: torch.Tensor) -> torch.Tensor:
        """The logits, a row a picture."""
        hidden = self.activation(self.first(pixels))
        if self.cut:
            hidden = hidden.detach()
        return self.last(hidden)


@faulty(
    "PT-detach",
    kind="contract",
    phase={"backward"},
    place={"first", "activation"},
    fix="no detach between the layers",
    changes={"step"},
)
def pt_detach(fixed: bool, seed: int, watch: Watch) -> Outcome:
    """Digits through 12 units: with 64, even random ones say enough for the last layer to learn."""
    torch.manual_seed(seed)
    x, y = digits()
    model = CutNetwork(cut=not fixed)
    optimizer = torch.optim.Adam(model.parameters(), lr=0.01)
    loss_fn = nn.CrossEntropyLoss()
    with watch(model, optimizer, loss_fn):
        for rows in shuffled_batches(len(x), size=32, steps=200, seed=seed):
            optimizer.zero_grad()
            loss = loss_fn(model(x[rows]), y[rows])
            loss.backward()
            optimizer.step()
    return classified(model, predict(model, x).argmax(dim=1), y)
