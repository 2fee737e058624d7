"""Inputs or targets whose numbers are far too large."""

import torch
from torch import nn
from torch.nn.functional import one_hot

from benchmarks.deep_localize.data import shuffled_batches, standardised
from benchmarks.deep_localize.keras_losses import binary_crossentropy, categorical_crossentropy
from benchmarks.deep_localize.outcome import classified, predict, regressed
from benchmarks.deep_localize.program import Outcome, Watch, faulty


@faulty(
    "SO39525358",
    kind="contract",
    phase={"input"},
    place={"input"},
    fix="input standardised",
    changes={"input"},
)
def so39525358(fixed: bool, seed: int, watch: Watch) -> Outcome:
    """Whether the first of three letters, given as codes from 65 to 70, comes after the last."""
    torch.manual_seed(seed)
    codes = torch.randint(65, 71, (600, 3)).float()
    y = (codes[:, :1] > codes[:, 2:]).float()
    x = standardised(codes) if fixed else codes
    model = nn.Sequential(nn.Linear(3, 12), nn.ReLU(), nn.Linear(12, 3), nn.ReLU(), nn.Linear(3, 1), nn.Sigmoid())
    optimizer = torch.optim.SGD(model.parameters(), lr=0.2)
    with watch(model, optimizer, binary_crossentropy):
        for rows in shuffled_batches(len(x), size=16, steps=200, seed=seed):
            optimizer.zero_grad()
            loss = binary_crossentropy(model(x[rows]), y[rows])
            loss.backward()
            optimizer.step()
    return classified(model, predict(model, x) > 0.5, y)


@faulty(
    "SO47724077",
    kind="contract",
    phase={"input"},
    place={"input"},
    fix="input standardised, SGD instead of Adam",
    changes={"input", "optimizer"},
)
def so47724077(fixed: bool, seed: int, watch: Watch) -> Outcome:
    """Whether somebody earns much, from 14 numbers as in a census: ages, years of school, weights near 200,000."""
    torch.manual_seed(seed)
    spread = torch.tensor([13.0, 1e5, 2.5, 7e3, 400.0, 12.0, 3.0, 4.0, 2.0, 1.5, 1.0, 0.5, 8.0, 5.0])
    centre = torch.tensor([38.0, 2e5, 10.0, 1e3, 87.0, 40.0, 4.0, 6.0, 3.0, 2.0, 4.0, 1.0, 36.0, 3.0])
    person = torch.randn(1000, 14)
    labels = (person[:, 0] + person[:, 2] + person[:, 5] > 0).long()
    x, y = person * spread + centre, one_hot(labels, 2).float()
    if fixed:
        x = standardised(x)
    model = nn.Sequential(nn.Linear(14, 21), nn.ReLU(), nn.Linear(21, 2), nn.Softmax(dim=1))
    learnable = model.parameters()
    optimizer = torch.optim.SGD(learnable, lr=0.1) if fixed else torch.optim.Adam(learnable)
    with watch(model, optimizer, categorical_crossentropy):
        for rows in shuffled_batches(len(x), size=32, steps=200, seed=seed):
            optimizer.zero_grad()
            loss = categorical_crossentropy(model(x[rows]), y[rows])
            loss.backward()
            optimizer.step()
    return classified(model, predict(model, x).argmax(dim=1), labels)


@faulty(
    "SO52800582",
    kind="numerical",
    phase={"input"},
    place={"input", "labels"},
    fix="input and target standardised",
    changes={"input", "labels"},
)
def so52800582(fixed: bool, seed: int, watch: Watch) -> Outcome:
    """The fourth power of a number between -100 and 100."""
    torch.manual_seed(seed)
    numbers = 200 * torch.rand(500, 1) - 100
    true = numbers**4
    x, y = (standardised(numbers), standardised(true)) if fixed else (numbers, true)
    model = nn.Sequential(nn.Linear(1, 50), nn.ReLU(), nn.Linear(50, 50), nn.ReLU(), nn.Linear(50, 1))
    optimizer = torch.optim.Adam(model.parameters(), lr=0.01)
    loss_fn = nn.MSELoss()
    with watch(model, optimizer, loss_fn):
        for rows in shuffled_batches(len(x), size=50, steps=200, seed=seed):
            optimizer.zero_grad()
            loss = loss_fn(model(x[rows]), y[rows])
            loss.backward()
            optimizer.step()
    predicted = predict(model, x)
    return regressed(model, predicted * true.std() + true.mean() if fixed else predicted, true)
