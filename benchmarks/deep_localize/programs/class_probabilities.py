"""A categorical cross-entropy by hand on numbers that are no probabilities."""

import torch
from torch import nn
from torch.nn.functional import one_hot

from benchmarks.deep_localize.data import digits, iris, shuffled_batches, standardised
from benchmarks.deep_localize.keras_losses import categorical_crossentropy
from benchmarks.deep_localize.networks import DigitsCnn
from benchmarks.deep_localize.outcome import classified, predict
from benchmarks.deep_localize.program import Outcome, Watch, faulty


@faulty(
    "SO47352366",
    kind="contract",
    phase={"forward", "loss"},
    place={"last", "activation"},
    fix="softmax instead of the last ReLU",
    changes={"network"},
)
def so47352366(fixed: bool, seed: int, watch: Watch) -> Outcome:
    """Digits; as soon as one row of answers is all 0, dividing by its sum gives NaN."""
    torch.manual_seed(seed)
    pixels, labels = digits()
    x, y = pixels.view(-1, 1, 8, 8), one_hot(labels, 10).float()
    model = DigitsCnn(nn.Softmax(dim=1) if fixed else nn.ReLU())
    optimizer = torch.optim.Adam(model.parameters(), lr=0.005)
    with watch(model, optimizer, categorical_crossentropy):
        for rows in shuffled_batches(len(x), size=32, steps=150, seed=seed):
            optimizer.zero_grad()
            loss = categorical_crossentropy(model(x[rows]), y[rows])
            loss.backward()
            optimizer.step()
    return classified(model, predict(model, x).argmax(dim=1), labels)


@faulty(
    "SO51930566",
    kind="contract",
    phase={"forward", "loss"},
    place={"2", "3"},
    fix="softmax instead of sigmoid",
    changes={"network"},
    headline=False,  # the division by the row's sum mends most of it: the model learns as well
)
def so51930566(fixed: bool, seed: int, watch: Watch) -> Outcome:
    """Irises, standardised."""
    torch.manual_seed(seed)
    measures, labels = iris()
    x, y = standardised(measures), one_hot(labels, 3).float()
    answer = nn.Softmax(dim=1) if fixed else nn.Sigmoid()
    model = nn.Sequential(nn.Linear(4, 4), nn.ReLU(), nn.Linear(4, 3), answer)
    optimizer = torch.optim.Adam(model.parameters(), lr=0.01)
    with watch(model, optimizer, categorical_crossentropy):
        for rows in shuffled_batches(len(x), size=15, steps=200, seed=seed):
            optimizer.zero_grad()
            loss = categorical_crossentropy(model(x[rows]), y[rows])
            loss.backward()
            optimizer.step()
    return classified(model, predict(model, x).argmax(dim=1), labels)


@faulty(
    "SO59278771",
    kind="contract",
    phase={"forward", "loss"},
    place={"2", "3"},
    fix="softmax instead of sigmoid, input standardised",
    changes={"input", "network"},
)
def so59278771(fixed: bool, seed: int, watch: Watch) -> Outcome:
    """Irises in centimetres."""
    torch.manual_seed(seed)
    measures, labels = iris()
    x, y = standardised(measures) if fixed else measures, one_hot(labels, 3).float()
    answer = nn.Softmax(dim=1) if fixed else nn.Sigmoid()
    model = nn.Sequential(nn.Linear(4, 4), nn.ReLU(), nn.Linear(4, 3), answer)
    optimizer = torch.optim.SGD(model.parameters(), lr=0.3)
    with watch(model, optimizer, categorical_crossentropy):
        for rows in shuffled_batches(len(x), size=15, steps=200, seed=seed):
            optimizer.zero_grad()
            loss = categorical_crossentropy(model(x[rows]), y[rows])
            loss.backward()
            optimizer.step()
    return classified(model, predict(model, x).argmax(dim=1), labels)


@faulty(
    "SO55328966",
    kind="contract",
    phase={"input", "forward", "loss"},
    place={"input", "4", "5"},
    fix="pixels in [0, 1], softmax instead of sigmoid, SGD 0.2 instead of 0.0001",
    changes={"input", "network", "optimizer"},
)
def so55328966(fixed: bool, seed: int, watch: Watch) -> Outcome:
    """Digits with pixels up to 256."""
    torch.manual_seed(seed)
    pixels, labels = digits()
    x, y = pixels if fixed else 256 * pixels, one_hot(labels, 10).float()
    answer = nn.Softmax(dim=1) if fixed else nn.Sigmoid()
    model = nn.Sequential(nn.Linear(64, 64), nn.ReLU(), nn.Linear(64, 50), nn.ReLU(), nn.Linear(50, 10), answer)
    optimizer = torch.optim.SGD(model.parameters(), lr=0.2 if fixed else 0.0001)
    with watch(model, optimizer, categorical_crossentropy):
        for rows in shuffled_batches(len(x), size=32, steps=200, seed=seed):
            optimizer.zero_grad()
            loss = categorical_crossentropy(model(x[rows]), y[rows])
            loss.backward()
            optimizer.step()
    return classified(model, predict(model, x).argmax(dim=1), labels)
