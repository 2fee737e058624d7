"""A step that is far too long or far too short."""

import torch
from torch import nn
from torch.nn.functional import one_hot

from benchmarks.deep_localize.data import digits, shuffled_batches
from benchmarks.deep_localize.outcome import classified, predict, regressed
from benchmarks.deep_localize.program import Outcome, Watch, faulty


@faulty(
    "SO48934338",
    kind="numerical",
    phase={"update", "forward"},
    place={"optimizer", "4"},
    fix="SGD 0.0003 instead of 0.1",
    changes={"optimizer"},
)
def so48934338(fixed: bool, seed: int, watch: Watch) -> Outcome:
    """Five times the square of a number between 0 and 5, with noise."""
    torch.manual_seed(seed)
    x = 5 * torch.rand(500, 1)
    y = 5 * x**2 + torch.randn(500, 1)
    model = nn.Sequential(nn.Linear(1, 50), nn.ReLU(), nn.Linear(50, 30), nn.ReLU(), nn.Linear(30, 1))
    optimizer = torch.optim.SGD(model.parameters(), lr=0.0003 if fixed else 0.1)
    loss_fn = nn.MSELoss()
    with watch(model, optimizer, loss_fn):
        for rows in shuffled_batches(len(x), size=50, steps=200, seed=seed):
            optimizer.zero_grad()
            loss = loss_fn(model(x[rows]), y[rows])
            loss.backward()
            optimizer.step()
    return regressed(model, predict(model, x), y)


@faulty(
    "SO48385830",
    kind="numerical",
    phase={"forward", "update"},
    place={"0", "1", "2", "3", "optimizer"},
    fix="sigmoid between the layers, softmax at the end",
    changes={"network"},
)
def so48385830(fixed: bool, seed: int, watch: Watch) -> Outcome:
    """Digits with the squared error, weights drawn from N(0, 1) and steps of 3."""
    torch.manual_seed(seed)
    x, labels = digits()
    y = one_hot(labels, 10).float()
    hidden, answer = (nn.Sigmoid(), nn.Softmax(dim=1)) if fixed else (nn.Identity(), nn.Identity())
    model = nn.Sequential(nn.Linear(64, 30), hidden, nn.Linear(30, 10), answer)
    for parameter in model.parameters():
        nn.init.normal_(parameter)
    optimizer = torch.optim.SGD(model.parameters(), lr=3.0)
    loss_fn = nn.MSELoss()
    with watch(model, optimizer, loss_fn):
        for rows in shuffled_batches(len(x), size=32, steps=200, seed=seed):
            optimizer.zero_grad()
            loss = loss_fn(model(x[rows]), y[rows])
            loss.backward()
            optimizer.step()
    return classified(model, predict(model, x).argmax(dim=1), labels)


@faulty(
    "SO50306988",
    kind="dynamic",
    phase={"update"},
    place={"optimizer"},
    fix="Adam 0.02 instead of 0.000001",
    changes={"optimizer"},
)
def so50306988(fixed: bool, seed: int, watch: Watch) -> Outcome:
    """Two clouds of points. An untrained net may sort them by luck, so what counts is the probability it gives."""
    torch.manual_seed(seed)
    labels = torch.arange(400).remainder(2)
    x = torch.tensor([[-1.0, -1.0], [1.0, 1.0]])[labels] + 0.5 * torch.randn(400, 2)
    model = nn.Sequential(nn.Linear(2, 2), nn.Tanh(), nn.Linear(2, 2))
    optimizer = torch.optim.Adam(model.parameters(), lr=0.02 if fixed else 1e-6)
    loss_fn = nn.CrossEntropyLoss()
    with watch(model, optimizer, loss_fn):
        for rows in shuffled_batches(len(x), size=32, steps=200, seed=seed):
            optimizer.zero_grad()
            loss = loss_fn(model(x[rows]), labels[rows])
            loss.backward()
            optimizer.step()
    return regressed(model, predict(model, x).softmax(dim=1)[:, 1], labels.float())


@faulty(
    "GH-FacialKeypoints",
    kind="dynamic",
    phase={"update"},
    place={"optimizer"},
    fix="SGD 0.01 with momentum 0.9 instead of Adam 0.1",
    changes={"optimizer"},
)
def gh_facial_keypoints(fixed: bool, seed: int, watch: Watch) -> Outcome:
    """Thirty coordinates from 96 brightnesses; both follow from six movements of a face."""
    torch.manual_seed(seed)
    movements = torch.randn(800, 6)
    x = 1 + movements @ torch.randn(6, 96) / 2 + 0.1 * torch.randn(800, 96)
    y = torch.tanh(movements @ torch.randn(6, 30) / 2)
    model = nn.Sequential(nn.Linear(96, 100), nn.ReLU(), nn.Linear(100, 30))
    learnable = model.parameters()
    optimizer = torch.optim.SGD(learnable, lr=0.01, momentum=0.9) if fixed else torch.optim.Adam(learnable, lr=0.1)
    loss_fn = nn.MSELoss()
    with watch(model, optimizer, loss_fn):
        for rows in shuffled_batches(len(x), size=32, steps=200, seed=seed):
            optimizer.zero_grad()
            loss = loss_fn(model(x[rows]), y[rows])
            loss.backward()
            optimizer.step()
    return regressed(model, predict(model, x), y)


@faulty(
    "PT-adam-lr1",
    kind="dynamic",
    phase={"update"},
    place={"optimizer"},
    fix="Adam 0.001 instead of 1",
    changes={"optimizer"},
)
def pt_adam_lr1(fixed: bool, seed: int, watch: Watch) -> Outcome:
    """Digits."""
    torch.manual_seed(seed)
    x, y = digits()
    model = nn.Sequential(nn.Linear(64, 64), nn.ReLU(), nn.Linear(64, 10))
    optimizer = torch.optim.Adam(model.parameters(), lr=0.001 if fixed else 1.0)
    loss_fn = nn.CrossEntropyLoss()
    with watch(model, optimizer, loss_fn):
        for rows in shuffled_batches(len(x), size=32, steps=200, seed=seed):
            optimizer.zero_grad()
            loss = loss_fn(model(x[rows]), y[rows])
            loss.backward()
            optimizer.step()
    return classified(model, predict(model, x).argmax(dim=1), y)
