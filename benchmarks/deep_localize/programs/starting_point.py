"""Weights or a depth from which training does not get away."""

import torch
from torch import nn

from benchmarks.deep_localize.data import digits, shuffled_batches
from benchmarks.deep_localize.outcome import classified, predict
from benchmarks.deep_localize.program import Outcome, Watch, faulty


@faulty(
    "PT-dead-relu",
    kind="dynamic",
    phase={"forward"},
    place={"0", "1"},
    fix="PyTorch's own biases instead of -10",
    changes={"weights"},
)
def pt_dead_relu(fixed: bool, seed: int, watch: Watch) -> Outcome:
    """Digits."""
    torch.manual_seed(seed)
    x, y = digits()
    first = nn.Linear(64, 64)
    if not fixed:
        nn.init.constant_(first.bias, -10.0)
    model = nn.Sequential(first, nn.ReLU(), nn.Linear(64, 10))
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
    "PT-zero-init",
    kind="contract",
    phase={"forward", "backward"},
    place={"0", "1"},
    fix="PyTorch's own weights instead of zeros",
    changes={"weights"},
)
def pt_zero_init(fixed: bool, seed: int, watch: Watch) -> Outcome:
    """Digits."""
    torch.manual_seed(seed)
    x, y = digits()
    model = nn.Sequential(nn.Linear(64, 64), nn.ReLU(), nn.Linear(64, 10))
    if not fixed:
        for parameter in model.parameters():
            nn.init.zeros_(parameter)
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
    "PT-vanishing",
    kind="dynamic",
    phase={"backward"},
    place={"0", "1", "2", "3", "4", "5"},
    fix="3 layers with ReLU instead of 13 with sigmoid",
    changes={"network"},
)
def pt_vanishing(fixed: bool, seed: int, watch: Watch) -> Outcome:
    """Digits; of the place the first three layers count."""
    torch.manual_seed(seed)
    x, y = digits()
    depth, activation = (3, nn.ReLU) if fixed else (13, nn.Sigmoid)
    layers: list[nn.Module] = [nn.Linear(64, 32), activation()]
    for _ in range(depth - 1):
        layers += [nn.Linear(32, 32), activation()]
    model = nn.Sequential(*layers, nn.Linear(32, 10))
    optimizer = torch.optim.Adam(model.parameters(), lr=0.005)
    loss_fn = nn.CrossEntropyLoss()
    with watch(model, optimizer, loss_fn):
        for rows in shuffled_batches(len(x), size=32, steps=150, seed=seed):
            optimizer.zero_grad()
            loss = loss_fn(model(x[rows]), y[rows])
            loss.backward()
            optimizer.step()
    return classified(model, predict(model, x).argmax(dim=1), y)
