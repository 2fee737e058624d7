"""Numbers that stop being numbers, or grow from layer to layer."""

import torch
from torch import Tensor, nn
from torch.utils.data import DataLoader, TensorDataset

from benchmarks.deep_localize.data import digits, shuffled_batches, wine
from benchmarks.deep_localize.holdout2.data import measures
from benchmarks.deep_localize.outcome import classified, predict, regressed
from benchmarks.deep_localize.program import Outcome, Watch, faulty


@faulty(
    "H2-half-adam",
    kind="numerical",
    phase={"update"},
    place={"optimizer", "0", "2"},
    fix="an epsilon that 16 bits can hold; the usual one is 0 in them",
    changes={"optimizer"},
)
def half_adam(fixed: bool, seed: int, watch: Watch) -> Outcome:
    """Digits in 16 bits: a weight on a pixel that is always 0 has no gradient, and is moved by 0 divided by 0."""
    torch.manual_seed(seed)
    pixels, y = digits()
    x = pixels.half()
    model = nn.Sequential(nn.Linear(64, 48), nn.ReLU(), nn.Linear(48, 10)).half()
    optimizer = torch.optim.Adam(model.parameters(), lr=0.005, eps=1e-4 if fixed else 1e-8)
    loss_fn = nn.CrossEntropyLoss()
    with watch(model, optimizer, loss_fn):
        for rows in shuffled_batches(len(x), size=64, steps=120, seed=seed):
            optimizer.zero_grad()
            loss = loss_fn(model(x[rows]), y[rows])
            loss.backward()
            optimizer.step()
    return classified(model, predict(model, x).argmax(dim=1), y)


class BatchStandardise(nn.Module):
    """Subtracts the mean of the batch and divides by its deviation, of all samples or of all but one."""

    def __init__(self, correction: int) -> None:
        super().__init__()
        self.correction = correction

    def forward(self, batch: Tensor) -> Tensor:
        """The batch with mean 0 in each column, and deviation 1 or a little less."""
        return (batch - batch.mean(dim=0)) / (batch.std(dim=0, correction=self.correction) + 1e-3)


@faulty(
    "H2-last-batch-of-one",
    kind="numerical",
    phase={"forward"},
    place={"1"},
    fix="the deviation is that of the batch itself, which one sample has too: 0",
    changes={"step"},
)
def last_batch_of_one(fixed: bool, seed: int, watch: Watch) -> Outcome:
    """177 wines in batches of 16: one is left over, and the deviation of one from its mean is 0 divided by 0."""
    torch.manual_seed(seed)
    x, y = wine()
    order = torch.randperm(len(x))[:177]
    x, y = x[order], y[order]
    loader = DataLoader(TensorDataset(x, y), batch_size=16)
    model = nn.Sequential(
        nn.Linear(13, 16), BatchStandardise(correction=0 if fixed else 1), nn.ReLU(), nn.Linear(16, 3)
    )
    optimizer = torch.optim.SGD(model.parameters(), lr=0.05)
    loss_fn = nn.CrossEntropyLoss()
    with watch(model, optimizer, loss_fn):
        for _ in range(8):
            for inputs, labels in loader:
                optimizer.zero_grad()
                loss = loss_fn(model(inputs), labels)
                loss.backward()
                optimizer.step()
    return classified(model, predict(model, x).argmax(dim=1), y)


class Direction(nn.Module):
    """Answers a direction in space, as a vector of length 1."""

    def __init__(self) -> None:
        super().__init__()
        self.hidden = nn.Linear(3, 24)
        self.last = nn.Linear(24, 3)

    def forward(self, readings: Tensor) -> Tensor:
        """Directions, a row a reading."""
        return nn.functional.normalize(self.last(torch.tanh(self.hidden(readings))), dim=1)


def angle(predicted: Tensor, true: Tensor) -> Tensor:
    """The mean angle between directions; where they are the same, its slope is infinite."""
    return torch.acos((predicted * true).sum(dim=1).clamp(-1, 1)).mean()


def angle_with_margin(predicted: Tensor, true: Tensor) -> Tensor:
    """The mean angle between directions, at least a thousandth."""
    return torch.acos((predicted * true).sum(dim=1).clamp(-1 + 1e-6, 1 - 1e-6)).mean()


@faulty(
    "H2-acos",
    kind="numerical",
    phase={"backward", "loss"},
    place={"loss", "last"},
    fix="the cosine is kept away from 1, where the angle has no slope",
    changes={"loss"},
)
def acos(fixed: bool, seed: int, watch: Watch) -> Outcome:
    """Readings of a sensor of direction: once one answer is quite right, its gradient is no number."""
    torch.manual_seed(seed)
    true = nn.functional.normalize(torch.randn(600, 3), dim=1)
    x = 0.7 * true @ torch.tensor([[0.8, 0.6, 0.0], [-0.6, 0.8, 0.0], [0.0, 0.0, 1.0]])
    model = Direction()
    optimizer = torch.optim.Adam(model.parameters(), lr=0.02)
    loss_fn = angle_with_margin if fixed else angle
    with watch(model, optimizer, loss_fn):
        for rows in shuffled_batches(len(x), size=200, steps=200, seed=seed):
            optimizer.zero_grad()
            loss = loss_fn(model(x[rows]), true[rows])
            loss.backward()
            optimizer.step()
    return regressed(model, predict(model, x), true)


def spoken(samples: int) -> tuple[Tensor, Tensor, Tensor]:
    """Recordings of 12 frames (sample, frame, 5) of up to four of the symbols 1 to 4, the symbols, and their number.

    Each symbol is spoken for two frames, with a frame of silence behind.
    """
    numbers = torch.randint(2, 5, (samples,))
    symbols = torch.randint(1, 5, (samples, 4))
    places = torch.arange(12)
    frames = torch.where(places % 3 == 2, 0, symbols.repeat_interleave(3, dim=1))
    frames = frames.where(places < 3 * numbers.unsqueeze(1), 0)
    return nn.functional.one_hot(frames, 5) + 0.2 * torch.randn(samples, 12, 5), symbols, numbers


@faulty(
    "H2-ctc-too-short",
    kind="numerical",
    phase={"loss", "input", "backward"},
    place={"loss", "labels", "input"},
    fix="a recording that is too short for its text counts nothing, not infinitely much",
    changes={"loss"},
)
def ctc_too_short(fixed: bool, seed: int, watch: Watch) -> Outcome:
    """Recordings and what was said: a few were cut so short that no reading of them has as many symbols."""
    torch.manual_seed(seed)
    x, symbols, numbers = spoken(400)
    lengths = torch.full((400,), 12)
    lengths[torch.rand(400) < 0.03] = 1
    model = nn.Sequential(nn.Linear(5, 24), nn.ReLU(), nn.Linear(24, 5), nn.LogSoftmax(dim=2))
    optimizer = torch.optim.Adam(model.parameters(), lr=0.02)
    loss_fn = nn.CTCLoss(zero_infinity=fixed)
    with watch(model, optimizer, loss_fn):
        for rows in shuffled_batches(len(x), size=50, steps=150, seed=seed):
            optimizer.zero_grad()
            answers = model(x[rows]).permute(1, 0, 2)
            loss = loss_fn(answers, symbols[rows], lengths[rows], numbers[rows])
            loss.backward()
            optimizer.step()
    answers = predict(model, x).argmax(dim=2)
    heard = torch.stack([written_down(answer) for answer in answers])
    return classified(model, heard, symbols.where(torch.arange(4) < numbers.unsqueeze(1), 0))


def written_down(answers: Tensor) -> Tensor:
    """The first four symbols of the answers of all frames: repeated ones once, then without the blank; 0 for none."""
    symbols = torch.unique_consecutive(answers)
    symbols = symbols[symbols != 0][:4]
    return nn.functional.pad(symbols, (0, 4 - len(symbols)))


class Dense(nn.Module):
    """A dense layer written by hand, with the weights it is given."""

    def __init__(self, weights: Tensor) -> None:
        super().__init__()
        self.weight = nn.Parameter(weights)
        self.bias = nn.Parameter(torch.zeros(weights.shape[1]))

    def forward(self, inputs: Tensor) -> Tensor:
        """A row a sample."""
        return inputs @ self.weight + self.bias


@faulty(
    "H2-positive-weights",
    kind="numerical",
    phase={"forward"},
    place={"0", "1", "2", "3", "4", "5", "6"},
    fix="weights are drawn around 0 and scaled by the number of inputs, not drawn between 0 and 1",
    changes={"weights"},
)
def positive_weights(fixed: bool, seed: int, watch: Watch) -> Outcome:
    """Five answers: four layers of sums of 64 positive numbers end in millions."""
    torch.manual_seed(seed)
    x, y = measures(600, 16, 5)
    sizes = [(16, 64), (64, 64), (64, 64), (64, 5)]
    drawn = [torch.randn(size) * size[0] ** -0.5 if fixed else torch.rand(size) for size in sizes]
    first, second, third, last = (Dense(weights) for weights in drawn)
    model = nn.Sequential(first, nn.ReLU(), second, nn.ReLU(), third, nn.ReLU(), last)
    optimizer = torch.optim.Adam(model.parameters(), lr=0.003)
    loss_fn = nn.SmoothL1Loss()
    with watch(model, optimizer, loss_fn):
        for rows in shuffled_batches(len(x), size=50, steps=150, seed=seed):
            optimizer.zero_grad()
            loss = loss_fn(model(x[rows]), y[rows])
            loss.backward()
            optimizer.step()
    return regressed(model, predict(model, x), y)
