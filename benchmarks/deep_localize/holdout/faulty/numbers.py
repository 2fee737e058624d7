"""Numbers that floating point does not hold, and weights and inputs that lead there."""

import torch
from torch import Tensor, nn

from benchmarks.deep_localize.data import digits, shuffled_batches
from benchmarks.deep_localize.holdout.data import visits, waves
from benchmarks.deep_localize.outcome import classified, predict, regressed
from benchmarks.deep_localize.program import Outcome, Watch, faulty


class Standardise(nn.Module):
    """Subtracts each column's mean and divides by its deviation; with ``constant_allowed`` by 1 where there is none."""

    mean: Tensor
    deviation: Tensor

    def __init__(self, samples: Tensor, constant_allowed: bool) -> None:
        super().__init__()
        deviation = samples.std(dim=0)
        self.constant_allowed = constant_allowed
        self.register_buffer("mean", samples.mean(dim=0))
        self.register_buffer("deviation", deviation.where(deviation > 0, 1.0) if constant_allowed else deviation)

    def forward(self, samples: Tensor) -> Tensor:
        """The standardised samples."""
        return (samples - self.mean) / self.deviation

    def extra_repr(self) -> str:
        return f"constant_allowed={self.constant_allowed}"


@faulty(
    "HO-zero-deviation",
    kind="numerical",
    phase={"forward"},
    place={"0"},
    fix="a column without deviation is divided by 1",
    changes={"network", "weights"},
)
def zero_deviation(fixed: bool, seed: int, watch: Watch) -> Outcome:
    """Digits: some pixels are 0 in every picture, and 0 divided by 0 is no number."""
    torch.manual_seed(seed)
    x, y = digits()
    model = nn.Sequential(Standardise(x, constant_allowed=fixed), nn.Linear(64, 48), nn.LeakyReLU(), nn.Linear(48, 10))
    optimizer = torch.optim.Adam(model.parameters(), lr=0.005)
    loss_fn = nn.CrossEntropyLoss()
    with watch(model, optimizer, loss_fn):
        for rows in shuffled_batches(len(x), size=32, steps=120, seed=seed):
            optimizer.zero_grad()
            loss = loss_fn(model(x[rows]), y[rows])
            loss.backward()
            optimizer.step()
    return classified(model, predict(model, x).argmax(dim=1), y)


class Distance(nn.Module):
    """The Euclidean distance of two codes; ``floor`` keeps the root away from 0."""

    def __init__(self, floor: float) -> None:
        super().__init__()
        self.floor = floor

    def forward(self, one: Tensor, other: Tensor) -> Tensor:
        """The distances, a row a pair."""
        return (((one - other) ** 2).sum(dim=1) + self.floor).sqrt()

    def extra_repr(self) -> str:
        return f"floor={self.floor}"


class Siamese(nn.Module):
    """One encoder for both sides of a pair, and the distance of the codes."""

    def __init__(self, floor: float) -> None:
        super().__init__()
        self.encoder = nn.Sequential(nn.Linear(64, 32), nn.ReLU(), nn.Linear(32, 8))
        self.distance = Distance(floor)

    def forward(self, one: Tensor, other: Tensor) -> Tensor:
        """The distances, a row a pair."""
        return self.distance(self.encoder(one), self.encoder(other))


def contrastive_loss(distance: Tensor, same: Tensor) -> Tensor:
    """Pairs of the same class pulled together, others pushed apart to a distance of 2."""
    return (same * distance**2 + (1 - same) * (2 - distance).clamp_min(0) ** 2).mean()


@faulty(
    "HO-root-of-zero",
    kind="numerical",
    phase={"backward", "forward"},
    place={"distance", "encoder", "encoder.2", "loss"},
    fix="a small number below the root",
    changes={"network"},
)
def root_of_zero(fixed: bool, seed: int, watch: Watch) -> Outcome:
    """Pairs of digits, now and then a picture and itself: there the root's slope is infinite, the gradient NaN."""
    torch.manual_seed(seed)
    x, labels = digits()
    partners = torch.randint(0, len(x), (len(x),))
    alike = torch.arange(len(x)) % 2 == 0
    for label in range(10):
        members = (labels == label).nonzero()[:, 0]
        rows = members[alike[members]]
        partners[rows] = members[torch.randint(0, len(members), (len(rows),))]
    partners[100:110] = torch.arange(100, 110)
    same = (labels == labels[partners]).float()
    model = Siamese(floor=1e-6 if fixed else 0.0)
    optimizer = torch.optim.Adam(model.parameters(), lr=0.005)
    with watch(model, optimizer, contrastive_loss):
        for rows in shuffled_batches(len(x), size=64, steps=150, seed=seed):
            optimizer.zero_grad()
            loss = contrastive_loss(model(x[rows], x[partners[rows]]), same[rows])
            loss.backward()
            optimizer.step()
    model.eval()
    with torch.no_grad():
        distances = model(x, x[partners])
    return regressed(model, (1 - distances / 2).clamp(0, 1), same)


def log_error(predicted: Tensor, truth: Tensor) -> Tensor:
    """The mean squared difference of the logarithms."""
    return ((predicted.log() - truth.log()) ** 2).mean()


def log1p_error(predicted: Tensor, truth: Tensor) -> Tensor:
    """The mean squared difference of the logarithms of one more."""
    return ((predicted.log1p() - truth.log1p()) ** 2).mean()


@faulty(
    "HO-log-of-zero",
    kind="numerical",
    phase={"input", "loss"},
    place={"labels", "loss"},
    fix="the logarithm of one more than the count",
    changes={"loss"},
)
def log_of_zero(fixed: bool, seed: int, watch: Watch) -> Outcome:
    """Counts of visits, some of which are 0 and have no logarithm."""
    torch.manual_seed(seed)
    x, y = visits(600)
    model = nn.Sequential(nn.Linear(5, 32), nn.ReLU(), nn.Linear(32, 1), nn.Softplus())
    optimizer = torch.optim.Adam(model.parameters(), lr=0.02)
    loss_fn = log1p_error if fixed else log_error
    with watch(model, optimizer, loss_fn):
        for rows in shuffled_batches(len(x), size=32, steps=200, seed=seed):
            optimizer.zero_grad()
            loss = loss_fn(model(x[rows]), y[rows])
            loss.backward()
            optimizer.step()
    return regressed(model, predict(model, x), y)


class ReluRecurrence(nn.Module):
    """A plain recurrent network with ReLU."""

    def __init__(self) -> None:
        super().__init__()
        self.rnn = nn.RNN(1, 24, nonlinearity="relu", batch_first=True)
        self.last = nn.Linear(24, 1)

    def forward(self, values: Tensor) -> Tensor:
        """The next value, a row a series."""
        states, _ = self.rnn(values)
        return self.last(states[:, -1])


@faulty(
    "HO-exploding-rnn",
    kind="numerical",
    phase={"forward", "backward", "update"},
    place={"rnn"},
    fix="recurrent weights drawn with a deviation of 0.05, not of 1",
    changes={"weights"},
)
def exploding_rnn(fixed: bool, seed: int, watch: Watch) -> Outcome:
    """Waves of 60 steps: the state grows by the same factor at every step."""
    torch.manual_seed(seed)
    x, targets = waves(400, length=60)
    y = targets.unsqueeze(1)
    model = ReluRecurrence()
    nn.init.normal_(model.rnn.weight_hh_l0, std=0.05 if fixed else 1.0)
    optimizer = torch.optim.Adam(model.parameters(), lr=0.01)
    loss_fn = nn.MSELoss()
    with watch(model, optimizer, loss_fn):
        for rows in shuffled_batches(len(x), size=40, steps=100, seed=seed):
            optimizer.zero_grad()
            loss = loss_fn(model(x[rows]), y[rows])
            loss.backward()
            optimizer.step()
    return regressed(model, predict(model, x), y)


@faulty(
    "HO-wide-weights",
    kind="dynamic",
    phase={"forward", "backward"},
    place={"0", "1", "2", "3", "4", "5"},
    fix="PyTorch's own weights instead of ones drawn with a deviation of 2",
    changes={"weights"},
)
def wide_weights(fixed: bool, seed: int, watch: Watch) -> Outcome:
    """Digits through tanh layers, all of which answer -1 or 1."""
    torch.manual_seed(seed)
    x, y = digits()
    model = nn.Sequential(
        nn.Linear(64, 48), nn.Tanh(), nn.Linear(48, 48), nn.Tanh(), nn.Linear(48, 48), nn.Tanh(), nn.Linear(48, 10)
    )
    if not fixed:
        for layer in (model[0], model[2], model[4], model[6]):
            nn.init.normal_(layer.weight, std=2.0)
    optimizer = torch.optim.SGD(model.parameters(), lr=0.1)
    loss_fn = nn.CrossEntropyLoss()
    with watch(model, optimizer, loss_fn):
        for rows in shuffled_batches(len(x), size=32, steps=200, seed=seed):
            optimizer.zero_grad()
            loss = loss_fn(model(x[rows]), y[rows])
            loss.backward()
            optimizer.step()
    return classified(model, predict(model, x).argmax(dim=1), y)


class EventReader(nn.Module):
    """Reads events, each a time and a size, with a GRU."""

    def __init__(self) -> None:
        super().__init__()
        self.gru = nn.GRU(2, 24, batch_first=True)
        self.last = nn.Linear(24, 1)

    def forward(self, events: Tensor) -> Tensor:
        """The next size, a row a sequence of events."""
        _, state = self.gru(events)
        return self.last(state[0])


@faulty(
    "HO-unix-time",
    kind="dynamic",
    phase={"input", "forward"},
    place={"input", "gru"},
    fix="times in days since the sequence began, not in seconds since 1970",
    changes={"input"},
)
def unix_time(fixed: bool, seed: int, watch: Watch) -> Outcome:
    """Events with their times: beside 1.7 billion seconds a size counts for nothing, and gates are shut or open."""
    torch.manual_seed(seed)
    values, targets = waves(600, length=12)
    days = torch.arange(12.0).expand(600, 12).unsqueeze(2)
    begun = 1.7e9 + 3e7 * torch.rand(600, 1, 1)
    x = torch.cat([days / 12 if fixed else begun + 86400 * days, values], dim=2)
    y = targets.unsqueeze(1)
    model = EventReader()
    optimizer = torch.optim.Adam(model.parameters(), lr=0.01)
    loss_fn = nn.MSELoss()
    with watch(model, optimizer, loss_fn):
        for rows in shuffled_batches(len(x), size=50, steps=150, seed=seed):
            optimizer.zero_grad()
            loss = loss_fn(model(x[rows]), y[rows])
            loss.backward()
            optimizer.step()
    return regressed(model, predict(model, x), y)
