"""A loss that asks for something else, and labels or inputs that are broken."""

import torch
from torch import nn
from torch.nn import functional

from benchmarks.deep_localize.data import diabetes, digits, shuffled_batches, standardised, xor
from benchmarks.deep_localize.outcome import classified, predict, regressed
from benchmarks.deep_localize.program import Outcome, Watch, faulty


@faulty(
    "SO31556268",
    kind="dynamic",
    phase={"loss"},
    place={"loss"},
    fix="squared error and Adam instead of absolute error and SGD",
    changes={"loss", "optimizer"},
)
def so31556268(fixed: bool, seed: int, watch: Watch) -> Outcome:
    """Exclusive or. Three of four rows may be right by luck, so what counts is the distance from 0 and 1."""
    torch.manual_seed(seed)
    x, y = xor()
    model = nn.Sequential(nn.Linear(2, 4), nn.Tanh(), nn.Linear(4, 1), nn.Sigmoid())
    learnable = model.parameters()
    optimizer = torch.optim.Adam(learnable, lr=0.05) if fixed else torch.optim.SGD(learnable, lr=0.05)
    loss_fn = nn.MSELoss() if fixed else nn.L1Loss()
    with watch(model, optimizer, loss_fn):
        for _ in range(200):
            optimizer.zero_grad()
            loss = loss_fn(model(x), y)
            loss.backward()
            optimizer.step()
    return regressed(model, predict(model, x), y)


@faulty(
    "SO59325381",
    kind="dynamic",
    phase={"input"},
    place={"labels"},
    fix="labels not divided by 255",
    changes={"labels"},
)
def so59325381(fixed: bool, seed: int, watch: Watch) -> Outcome:
    """Digits whose labels were scaled like the pixels: as whole numbers they are all 0."""
    torch.manual_seed(seed)
    x, labels = digits()
    y = labels if fixed else (labels / 255).long()
    model = nn.Sequential(nn.Linear(64, 64), nn.ReLU(), nn.Linear(64, 10))
    optimizer = torch.optim.Adam(model.parameters(), lr=0.005)
    loss_fn = nn.CrossEntropyLoss()
    with watch(model, optimizer, loss_fn):
        for rows in shuffled_batches(len(x), size=32, steps=150, seed=seed):
            optimizer.zero_grad()
            loss = loss_fn(model(x[rows]), y[rows])
            loss.backward()
            optimizer.step()
    return classified(model, predict(model, x).argmax(dim=1), labels)


@faulty(
    "PT-broadcast",
    kind="contract",
    phase={"loss"},
    place={"loss"},
    fix="the target as a column, like the output",
    changes={"labels"},
)
def pt_broadcast(fixed: bool, seed: int, watch: Watch) -> Outcome:
    """The first 100 patients; a vector of targets against a column of answers compares everyone with everyone."""
    torch.manual_seed(seed)
    x, true = diabetes()
    x, true = x[:100], true[:100]
    y = standardised(true).unsqueeze(1) if fixed else standardised(true)
    model = nn.Sequential(nn.Linear(10, 32), nn.ReLU(), nn.Linear(32, 1))
    optimizer = torch.optim.Adam(model.parameters(), lr=0.03)
    with watch(model, optimizer, functional.mse_loss):
        for rows in shuffled_batches(len(x), size=50, steps=200, seed=seed):
            optimizer.zero_grad()
            loss = functional.mse_loss(model(x[rows]), y[rows])
            loss.backward()
            optimizer.step()
    return regressed(model, predict(model, x)[:, 0] * true.std() + true.mean(), true)


@faulty(
    "PT-flipped-loss",
    kind="contract",
    phase={"loss"},
    place={"loss"},
    fix="the loss without its minus",
    changes={"step"},
)
def pt_flipped_loss(fixed: bool, seed: int, watch: Watch) -> Outcome:
    """Digits, made as improbable as possible."""
    torch.manual_seed(seed)
    x, y = digits()
    model = nn.Sequential(nn.Linear(64, 64), nn.ReLU(), nn.Linear(64, 10))
    optimizer = torch.optim.SGD(model.parameters(), lr=0.1)
    loss_fn = nn.CrossEntropyLoss()
    with watch(model, optimizer, loss_fn):
        for rows in shuffled_batches(len(x), size=32, steps=150, seed=seed):
            optimizer.zero_grad()
            loss = loss_fn(model(x[rows]), y[rows])
            if not fixed:
                loss = -loss
            loss.backward()
            optimizer.step()
    return classified(model, predict(model, x).argmax(dim=1), y)


@faulty(
    "PT-nan-input",
    kind="numerical",
    phase={"input"},
    place={"input"},
    fix="missing pixels are 0",
    changes={"input"},
)
def pt_nan_input(fixed: bool, seed: int, watch: Watch) -> Outcome:
    """Digits of which every fifth lacks a pixel."""
    torch.manual_seed(seed)
    x, y = digits()
    x[::5, 20] = torch.nan
    if fixed:
        x = x.nan_to_num(0.0)
    model = nn.Sequential(nn.Linear(64, 64), nn.ReLU(), nn.Linear(64, 10))
    optimizer = torch.optim.Adam(model.parameters(), lr=0.005)
    loss_fn = nn.CrossEntropyLoss()
    with watch(model, optimizer, loss_fn):
        for rows in shuffled_batches(len(x), size=32, steps=150, seed=seed):
            optimizer.zero_grad()
            loss = loss_fn(model(x[rows]), y[rows])
            loss.backward()
            optimizer.step()
    return classified(model, predict(model, x.nan_to_num(0.0)).argmax(dim=1), y)


@faulty(
    "PT-random-labels",
    kind="dynamic",
    phase={"input", "loss"},
    place={"labels"},
    fix="labels not shuffled",
    changes={"labels"},
    headline=False,  # within so few steps nothing tells it from a task that is merely hard
)
def pt_random_labels(fixed: bool, seed: int, watch: Watch) -> Outcome:
    """Digits whose labels went astray."""
    torch.manual_seed(seed)
    x, labels = digits()
    y = labels if fixed else labels[torch.randperm(len(labels), generator=torch.Generator().manual_seed(seed))]
    model = nn.Sequential(nn.Linear(64, 64), nn.ReLU(), nn.Linear(64, 10))
    optimizer = torch.optim.Adam(model.parameters(), lr=0.005)
    loss_fn = nn.CrossEntropyLoss()
    with watch(model, optimizer, loss_fn):
        for rows in shuffled_batches(len(x), size=32, steps=150, seed=seed):
            optimizer.zero_grad()
            loss = loss_fn(model(x[rows]), y[rows])
            loss.backward()
            optimizer.step()
    return classified(model, predict(model, x).argmax(dim=1), labels)
