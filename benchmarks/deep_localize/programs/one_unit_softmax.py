"""A softmax over one unit: it answers 1 whatever comes in, and no gradient passes it."""

import torch
from torch import nn

from benchmarks.deep_localize.data import shuffled_batches, standardised, xor
from benchmarks.deep_localize.keras_losses import binary_crossentropy
from benchmarks.deep_localize.outcome import classified, predict, regressed
from benchmarks.deep_localize.program import Outcome, Watch, faulty


@faulty(
    "SO31880720",
    kind="contract",
    phase={"forward"},
    place={"4", "5"},
    fix="sigmoid instead of softmax",
    changes={"network"},
)
def so31880720(fixed: bool, seed: int, watch: Watch) -> Outcome:
    """Rows of ones against rows of zeros."""
    torch.manual_seed(seed)
    y = torch.arange(2000).remainder(2).float().unsqueeze(1)
    x = y.expand(-1, 128).contiguous()
    answer = nn.Sigmoid() if fixed else nn.Softmax(dim=1)
    model = nn.Sequential(nn.Linear(128, 50), nn.ReLU(), nn.Linear(50, 50), nn.ReLU(), nn.Linear(50, 1), answer)
    optimizer = torch.optim.Adam(model.parameters())
    with watch(model, optimizer, binary_crossentropy):
        for rows in shuffled_batches(len(x), size=32, steps=120, seed=seed):
            optimizer.zero_grad()
            loss = binary_crossentropy(model(x[rows]), y[rows])
            loss.backward()
            optimizer.step()
    return classified(model, predict(model, x) > 0.5, y)


@faulty(
    "SO34311586",
    kind="contract",
    phase={"forward"},
    place={"4", "5"},
    fix="sigmoid instead of softmax, tanh between the layers, Adam 0.02 instead of SGD 0.001",
    changes={"network", "optimizer"},
)
def so34311586(fixed: bool, seed: int, watch: Watch) -> Outcome:
    """Exclusive or with the squared error. One fixed run in ten keeps a row wrong: so small a net has local minima."""
    torch.manual_seed(seed)
    x, y = xor()
    hidden, answer = (nn.Tanh, nn.Sigmoid()) if fixed else (nn.Sigmoid, nn.Softmax(dim=1))
    model = nn.Sequential(nn.Linear(2, 2), hidden(), nn.Linear(2, 3), hidden(), nn.Linear(3, 1), answer)
    learnable = model.parameters()
    optimizer = torch.optim.Adam(learnable, lr=0.02) if fixed else torch.optim.SGD(learnable, lr=0.001)
    loss_fn = nn.MSELoss()
    with watch(model, optimizer, loss_fn):
        for _ in range(200):
            optimizer.zero_grad()
            loss = loss_fn(model(x), y)
            loss.backward()
            optimizer.step()
    return classified(model, predict(model, x) > 0.5, y)


@faulty(
    "SO45337371",
    kind="contract",
    phase={"forward"},
    place={"4", "5"},
    fix="sigmoid instead of softmax",
    changes={"network"},
)
def so45337371(fixed: bool, seed: int, watch: Watch) -> Outcome:
    """Whether five uniform numbers are large together."""
    torch.manual_seed(seed)
    x = torch.rand(1000, 5)
    y = (x.sum(dim=1, keepdim=True) > 2.5).float()
    answer = nn.Sigmoid() if fixed else nn.Softmax(dim=1)
    model = nn.Sequential(nn.Linear(5, 60), nn.ReLU(), nn.Linear(60, 50), nn.ReLU(), nn.Linear(50, 1), answer)
    optimizer = torch.optim.Adam(model.parameters(), lr=0.003)
    with watch(model, optimizer, binary_crossentropy):
        for rows in shuffled_batches(len(x), size=32, steps=150, seed=seed):
            optimizer.zero_grad()
            loss = binary_crossentropy(model(x[rows]), y[rows])
            loss.backward()
            optimizer.step()
    return classified(model, predict(model, x) > 0.5, y)


@faulty(
    "SO45442843",
    kind="contract",
    phase={"input", "forward"},
    place={"input", "2", "3"},
    fix="sigmoid instead of softmax, binary cross-entropy instead of the absolute error, standardised input",
    changes={"input", "network", "loss"},
)
def so45442843(fixed: bool, seed: int, watch: Watch) -> Outcome:
    """Whether a whole number between 15,000 and 25,000 is above 20,000."""
    torch.manual_seed(seed)
    numbers = torch.randint(15_000, 25_001, (1000, 1)).float()
    x, y = standardised(numbers) if fixed else numbers, (numbers > 20_000).float()
    model = nn.Sequential(nn.Linear(1, 1), nn.Sigmoid(), nn.Linear(1, 1), nn.Sigmoid() if fixed else nn.Softmax(dim=1))
    optimizer = torch.optim.Adam(model.parameters(), lr=0.05)
    loss_fn = nn.BCELoss() if fixed else nn.L1Loss()
    with watch(model, optimizer, loss_fn):
        for rows in shuffled_batches(len(x), size=50, steps=150, seed=seed):
            optimizer.zero_grad()
            loss = loss_fn(model(x[rows]), y[rows])
            loss.backward()
            optimizer.step()
    return classified(model, predict(model, x) > 0.5, y)


@faulty(
    "SO33969059",
    kind="contract",
    phase={"forward", "loss"},
    place={"4", "5"},
    fix="no activation instead of softmax, input and target standardised",
    changes={"input", "labels", "network"},
)
def so33969059(fixed: bool, seed: int, watch: Watch) -> Outcome:
    """A weighted sum between 0 and 10,000."""
    torch.manual_seed(seed)
    numbers = 100 * torch.rand(600, 3)
    true = numbers @ torch.tensor([[50.0], [30.0], [20.0]])
    x, y = (standardised(numbers), standardised(true)) if fixed else (numbers, true)
    answer = nn.Identity() if fixed else nn.Softmax(dim=1)
    model = nn.Sequential(nn.Linear(3, 3), nn.Tanh(), nn.Linear(3, 2), nn.Tanh(), nn.Linear(2, 1), answer)
    optimizer = torch.optim.Adam(model.parameters(), lr=0.03)
    loss_fn = nn.MSELoss()
    with watch(model, optimizer, loss_fn):
        for rows in shuffled_batches(len(x), size=50, steps=180, seed=seed):
            optimizer.zero_grad()
            loss = loss_fn(model(x[rows]), y[rows])
            loss.backward()
            optimizer.step()
    predicted = predict(model, x)
    return regressed(model, predicted * true.std() + true.mean() if fixed else predicted, true)
