"""Layers that are in the wrong mode, missing, of the wrong rate, or that look along the wrong axis."""

import torch
from torch import Tensor, nn

from benchmarks.deep_localize.data import digits, shuffled_batches
from benchmarks.deep_localize.holdout.data import first_symbol_sequences, marked_sequences, rings
from benchmarks.deep_localize.outcome import classified, predict
from benchmarks.deep_localize.program import Outcome, Watch, faulty


@faulty(
    "HO-left-in-eval",
    kind="contract",
    phase={"forward"},
    place={"", "0", "3", "6"},
    fix="model.train() after the evaluation that precedes training",
    changes={"step"},
)
def left_in_eval(fixed: bool, seed: int, watch: Watch) -> Outcome:
    """Measures of different units, which the first layer is to normalise; it leaves them as they are."""
    torch.manual_seed(seed)
    labels = torch.arange(600).remainder(3)
    units = torch.tensor([1000.0, 0.001, 50.0, 0.02, 300.0, 1.0])
    x = (torch.randn(3, 6)[labels] + 0.5 * torch.randn(600, 6) + 2) * units
    model = nn.Sequential(
        nn.BatchNorm1d(6), nn.Linear(6, 32), nn.ReLU(), nn.BatchNorm1d(32), nn.Linear(32, 32), nn.ReLU(),
        nn.BatchNorm1d(32), nn.Linear(32, 3),
    )  # fmt: skip
    optimizer = torch.optim.SGD(model.parameters(), lr=0.05)
    loss_fn = nn.CrossEntropyLoss()
    model.eval()
    with torch.no_grad():
        loss_fn(model(x), labels)  # what it is before training
    if fixed:
        model.train()
    with watch(model, optimizer, loss_fn):
        for rows in shuffled_batches(len(x), size=32, steps=150, seed=seed):
            optimizer.zero_grad()
            loss = loss_fn(model(x[rows]), labels[rows])
            loss.backward()
            optimizer.step()
    return classified(model, predict(model, x).argmax(dim=1), labels)


@faulty(
    "HO-dropout",
    kind="dynamic",
    phase={"forward"},
    place={"2", "5"},
    fix="a dropout of 0.05: the rate is what to drop, not what to keep",
    changes={"network"},
)
def dropout(fixed: bool, seed: int, watch: Watch) -> Outcome:
    """Digits."""
    torch.manual_seed(seed)
    x, y = digits()
    rate = 0.05 if fixed else 0.95
    model = nn.Sequential(
        nn.Linear(64, 40),
        nn.ReLU(),
        nn.Dropout(rate),
        nn.Linear(40, 40),
        nn.ReLU(),
        nn.Dropout(rate),
        nn.Linear(40, 10),
    )
    optimizer = torch.optim.Adam(model.parameters(), lr=0.005)
    loss_fn = nn.CrossEntropyLoss()
    with watch(model, optimizer, loss_fn):
        for rows in shuffled_batches(len(x), size=32, steps=150, seed=seed):
            optimizer.zero_grad()
            loss = loss_fn(model(x[rows]), y[rows])
            loss.backward()
            optimizer.step()
    return classified(model, predict(model, x).argmax(dim=1), y)


@faulty(
    "HO-no-activation",
    kind="dynamic",
    phase={"forward"},
    place={"0", "1", "2", "3", "4"},
    fix="ReLU between the layers",
    changes={"network"},
)
def no_activation(fixed: bool, seed: int, watch: Watch) -> Outcome:
    """Two rings around each other: three linear layers are one."""
    torch.manual_seed(seed)
    x, y = rings(600)
    one, other = (nn.ReLU(), nn.ReLU()) if fixed else (nn.Identity(), nn.Identity())
    model = nn.Sequential(nn.Linear(2, 32), one, nn.Linear(32, 32), other, nn.Linear(32, 2))
    optimizer = torch.optim.Adam(model.parameters(), lr=0.01)
    loss_fn = nn.CrossEntropyLoss()
    with watch(model, optimizer, loss_fn):
        for rows in shuffled_batches(len(x), size=32, steps=150, seed=seed):
            optimizer.zero_grad()
            loss = loss_fn(model(x[rows]), y[rows])
            loss.backward()
            optimizer.step()
    return classified(model, predict(model, x).argmax(dim=1), y)


@faulty(
    "HO-batch-norm-of-2",
    kind="dynamic",
    phase={"input", "forward"},
    place={"1", "4", "input"},
    fix="layer normalisation, which does not need a batch",
    changes={"network"},
)
def batch_norm_of_2(fixed: bool, seed: int, watch: Watch) -> Outcome:
    """Digits in batches of 2: normalised by each other, two samples are -1 and 1, whatever they were."""
    torch.manual_seed(seed)
    x, y = digits()
    norm = nn.LayerNorm if fixed else nn.BatchNorm1d
    model = nn.Sequential(
        nn.Linear(64, 48), norm(48), nn.ReLU(), nn.Linear(48, 48), norm(48), nn.ReLU(), nn.Linear(48, 10)
    )
    optimizer = torch.optim.Adam(model.parameters(), lr=0.0015)
    loss_fn = nn.CrossEntropyLoss()
    with watch(model, optimizer, loss_fn):
        for rows in shuffled_batches(len(x), size=2, steps=200, seed=seed):
            optimizer.zero_grad()
            loss = loss_fn(model(x[rows]), y[rows])
            loss.backward()
            optimizer.step()
    return classified(model, predict(model, x).argmax(dim=1), y)


class SymbolReader(nn.Module):
    """A transformer layer; it attends along the first axis, so sequences have to be turned unless they lie that way."""

    def __init__(self, turned: bool) -> None:
        super().__init__()
        self.turned = turned
        self.project = nn.Linear(5, 32)
        self.encoder = nn.TransformerEncoderLayer(32, 4, dim_feedforward=64, dropout=0.0)
        self.last = nn.Linear(32, 4)

    def forward(self, sequences: Tensor) -> Tensor:
        """The logits of each sequence's last step, which has to ask the marked one."""
        projected = self.project(sequences)
        encoded = self.encoder(projected.transpose(0, 1)).transpose(0, 1) if self.turned else self.encoder(projected)
        return self.last(encoded[:, -1])


@faulty(
    "HO-attends-to-the-batch",
    kind="contract",
    phase={"forward"},
    place={"", "encoder", "encoder.self_attn", "input"},
    fix="the steps on the first axis, or batch_first=True",
    changes={"step"},
)
def attends_to_the_batch(fixed: bool, seed: int, watch: Watch) -> Outcome:
    """Sequences of symbols of which one is marked: the samples of a batch look at one another, not the steps."""
    torch.manual_seed(seed)
    x, y = marked_sequences(800)
    model = SymbolReader(turned=fixed)
    optimizer = torch.optim.Adam(model.parameters(), lr=0.005)
    loss_fn = nn.CrossEntropyLoss()
    with watch(model, optimizer, loss_fn):
        for rows in shuffled_batches(len(x), size=32, steps=200, seed=seed):
            optimizer.zero_grad()
            loss = loss_fn(model(x[rows]), y[rows])
            loss.backward()
            optimizer.step()
    return classified(model, predict(model, x).argmax(dim=1), y)


class StepByStep(nn.Module):
    """A recurrent cell, called for each step; with ``cut`` each state is detached from the one before."""

    def __init__(self, cut: bool) -> None:
        super().__init__()
        self.cut = cut
        self.cell = nn.GRUCell(1, 24)
        self.last = nn.Linear(24, 2)

    def forward(self, sequences: Tensor) -> Tensor:
        """The logits, a row a sequence."""
        state = sequences.new_zeros(len(sequences), 24)
        for step in sequences.unbind(dim=1):
            state = self.cell(step, state.detach() if self.cut else state)
        return self.last(state)


@faulty(
    "HO-detached-state",
    kind="contract",
    phase={"backward"},
    place={"cell"},
    fix="the state is not detached between the steps of a sequence",
    changes={"step"},
)
def detached_state(fixed: bool, seed: int, watch: Watch) -> Outcome:
    """Sequences of which the first step says the label: no gradient gets back to it."""
    torch.manual_seed(seed)
    x, y = first_symbol_sequences(600, length=16)
    model = StepByStep(cut=not fixed)
    optimizer = torch.optim.Adam(model.parameters(), lr=0.01)
    loss_fn = nn.CrossEntropyLoss()
    with watch(model, optimizer, loss_fn):
        for rows in shuffled_batches(len(x), size=50, steps=150, seed=seed):
            optimizer.zero_grad()
            loss = loss_fn(model(x[rows]), y[rows])
            loss.backward()
            optimizer.step()
    return classified(model, predict(model, x).argmax(dim=1), y)
