"""A last activation that cannot reach the targets."""

import torch
from torch import nn

from benchmarks.deep_localize.data import shuffled_batches, standardised
from benchmarks.deep_localize.keras_losses import binary_crossentropy
from benchmarks.deep_localize.outcome import classified, predict, regressed
from benchmarks.deep_localize.program import Outcome, Watch, faulty


@faulty(
    "SO48221692",
    kind="contract",
    phase={"forward", "loss"},
    place={"2", "3"},
    fix="no activation instead of the last sigmoid, input and target standardised",
    changes={"input", "labels", "network"},
)
def so48221692(fixed: bool, seed: int, watch: Watch) -> Outcome:
    """The square of a number between -10 and 10, plus 3."""
    torch.manual_seed(seed)
    numbers = 20 * torch.rand(500, 1) - 10
    true = numbers**2 + 3
    x, y = (standardised(numbers), standardised(true)) if fixed else (numbers, true)
    model = nn.Sequential(nn.Linear(1, 5), nn.Tanh(), nn.Linear(5, 1), nn.Identity() if fixed else nn.Sigmoid())
    optimizer = torch.optim.Adam(model.parameters(), lr=0.05)
    loss_fn = nn.MSELoss()
    with watch(model, optimizer, loss_fn):
        for rows in shuffled_batches(len(x), size=50, steps=200, seed=seed):
            optimizer.zero_grad()
            loss = loss_fn(model(x[rows]), y[rows])
            loss.backward()
            optimizer.step()
    predicted = predict(model, x)
    return regressed(model, predicted * true.std() + true.mean() if fixed else predicted, true)


@faulty(
    "SO48251943",
    kind="contract",
    phase={"forward", "loss"},
    place={"2", "3"},
    fix="no activation instead of the last ReLU",
    changes={"network"},
)
def so48251943(fixed: bool, seed: int, watch: Watch) -> Outcome:
    """A weighted sum of two numbers, always below 0."""
    torch.manual_seed(seed)
    x = torch.rand(500, 2)
    y = -3 * x[:, :1] - 2 * x[:, 1:] - 0.1
    model = nn.Sequential(nn.Linear(2, 4), nn.Tanh(), nn.Linear(4, 1), nn.Identity() if fixed else nn.ReLU())
    optimizer = torch.optim.Adam(model.parameters(), lr=0.03)
    loss_fn = nn.MSELoss()
    with watch(model, optimizer, loss_fn):
        for rows in shuffled_batches(len(x), size=32, steps=150, seed=seed):
            optimizer.zero_grad()
            loss = loss_fn(model(x[rows]), y[rows])
            loss.backward()
            optimizer.step()
    return regressed(model, predict(model, x), y)


@faulty(
    "SO38648195",
    kind="contract",
    phase={"forward", "loss"},
    place={"4", "5"},
    fix="sigmoid instead of softmax, binary cross-entropy instead of the squared error",
    changes={"network", "loss"},
)
def so38648195(fixed: bool, seed: int, watch: Watch) -> Outcome:
    """Three labels that may hold together, often all three."""
    torch.manual_seed(seed)
    x = torch.randn(1000, 20)
    y = (x @ torch.randn(20, 3) > -1.0).float()
    answer = nn.Sigmoid() if fixed else nn.Softmax(dim=1)
    model = nn.Sequential(nn.Linear(20, 20), nn.ReLU(), nn.Linear(20, 20), nn.ReLU(), nn.Linear(20, 3), answer)
    optimizer = torch.optim.Adam(model.parameters(), lr=0.01)
    loss_fn = nn.BCELoss() if fixed else nn.MSELoss()
    with watch(model, optimizer, loss_fn):
        for rows in shuffled_batches(len(x), size=32, steps=150, seed=seed):
            optimizer.zero_grad()
            loss = loss_fn(model(x[rows]), y[rows])
            loss.backward()
            optimizer.step()
    return classified(model, predict(model, x) > 0.5, y)


@faulty(
    "SO50079585",
    kind="contract",
    phase={"input", "forward", "loss"},
    place={"labels", "2", "3"},
    fix="three outputs and cross-entropy instead of one sigmoid and binary cross-entropy on the labels 0, 1, 2",
    changes={"labels", "network", "loss"},
)
def so50079585(fixed: bool, seed: int, watch: Watch) -> Outcome:
    """Three classes of 12 measures."""
    torch.manual_seed(seed)
    labels = torch.arange(900).remainder(3)
    x = torch.randn(3, 12)[labels] * 1.5 + torch.randn(900, 12)
    y = labels if fixed else labels.float().unsqueeze(1)
    classes, answer = (3, nn.Identity()) if fixed else (1, nn.Sigmoid())
    model = nn.Sequential(nn.Linear(12, 64), nn.ReLU(), nn.Linear(64, classes), answer)
    optimizer = torch.optim.Adam(model.parameters(), lr=0.005)
    loss_fn = nn.CrossEntropyLoss() if fixed else binary_crossentropy
    with watch(model, optimizer, loss_fn):
        for rows in shuffled_batches(len(x), size=32, steps=120, seed=seed):
            optimizer.zero_grad()
            loss = loss_fn(model(x[rows]), y[rows])
            loss.backward()
            optimizer.step()
    predicted = predict(model, x)
    return classified(model, predicted.argmax(dim=1) if fixed else predicted[:, 0].round(), labels)


@faulty(
    "SO44066044",
    kind="contract",
    phase={"input", "forward", "loss"},
    place={"input", "4", "5"},
    fix="sigmoid instead of the last ReLU, input standardised",
    changes={"input", "network"},
)
def so44066044(fixed: bool, seed: int, watch: Watch) -> Outcome:
    """Whether a connection is an attack, from addresses as whole numbers near 3e9."""
    torch.manual_seed(seed)
    addresses = 3e9 + 1e8 * torch.randn(1000, 11)
    y = ((addresses[:, :4] - 3e9).sum(dim=1, keepdim=True) > 0).float()
    x = standardised(addresses) if fixed else addresses
    answer = nn.Sigmoid() if fixed else nn.ReLU()
    model = nn.Sequential(nn.Linear(11, 12), nn.ReLU(), nn.Linear(12, 12), nn.ReLU(), nn.Linear(12, 1), answer)
    optimizer = torch.optim.Adam(model.parameters(), lr=0.01)
    with watch(model, optimizer, binary_crossentropy):
        for rows in shuffled_batches(len(x), size=32, steps=150, seed=seed):
            optimizer.zero_grad()
            loss = binary_crossentropy(model(x[rows]), y[rows])
            loss.backward()
            optimizer.step()
    return classified(model, predict(model, x) > 0.5, y)
