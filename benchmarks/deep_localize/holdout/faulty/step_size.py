"""Steps in the wrong direction, of the wrong length, or with a pull that is stronger than the loss."""

import torch
from torch import Tensor, nn

from benchmarks.deep_localize.data import breast_cancer, digits, shuffled_batches
from benchmarks.deep_localize.holdout.data import houses, low_rank, marked_sequences, waves
from benchmarks.deep_localize.networks import DigitsCnn
from benchmarks.deep_localize.outcome import classified, predict, regressed
from benchmarks.deep_localize.program import Outcome, Watch, faulty


@faulty(
    "HO-maximize",
    kind="dynamic",
    phase={"update", "loss"},
    place={"optimizer"},
    fix="the loss is minimised: no maximize=True",
    changes={"optimizer"},
)
def maximize(fixed: bool, seed: int, watch: Watch) -> Outcome:
    """Breast cancer; the flag stayed from a script that maximised a reward."""
    torch.manual_seed(seed)
    x, labels = breast_cancer()
    y = labels.float().unsqueeze(1)
    model = nn.Sequential(nn.Linear(30, 16), nn.ELU(), nn.Linear(16, 1))
    optimizer = torch.optim.Adam(model.parameters(), lr=0.005, maximize=not fixed)
    loss_fn = nn.BCEWithLogitsLoss()
    with watch(model, optimizer, loss_fn):
        for rows in shuffled_batches(len(x), size=32, steps=120, seed=seed):
            optimizer.zero_grad()
            loss = loss_fn(model(x[rows]), y[rows])
            loss.backward()
            optimizer.step()
    return classified(model, predict(model, x) > 0, y)


@faulty(
    "HO-weight-decay",
    kind="dynamic",
    phase={"update"},
    place={"optimizer"},
    fix="a weight decay of 0.0005 instead of 0.5",
    changes={"optimizer"},
)
def weight_decay(fixed: bool, seed: int, watch: Watch) -> Outcome:
    """Digits through convolutions."""
    torch.manual_seed(seed)
    pixels, y = digits()
    x = pixels.view(-1, 1, 8, 8)
    model = DigitsCnn(nn.Identity())
    decay = 0.0005 if fixed else 0.5
    optimizer = torch.optim.SGD(model.parameters(), lr=0.05, momentum=0.9, weight_decay=decay)
    loss_fn = nn.CrossEntropyLoss()
    with watch(model, optimizer, loss_fn):
        for rows in shuffled_batches(len(x), size=32, steps=200, seed=seed):
            optimizer.zero_grad()
            loss = loss_fn(model(x[rows]), y[rows])
            loss.backward()
            optimizer.step()
    return classified(model, predict(model, x).argmax(dim=1), y)


class RowReader(nn.Module):
    """Reads a picture row by row with a GRU."""

    def __init__(self) -> None:
        super().__init__()
        self.gru = nn.GRU(8, 32, batch_first=True)
        self.last = nn.Linear(32, 10)

    def forward(self, rows: Tensor) -> Tensor:
        """The logits, a row a picture."""
        _, state = self.gru(rows)
        return self.last(state[0])


@faulty(
    "HO-clipped-to-nothing",
    kind="dynamic",
    phase={"backward", "update"},
    place={"optimizer"},
    fix="gradients clipped to a norm of 1 instead of 0.0001",
    changes={"step"},
)
def clipped_to_nothing(fixed: bool, seed: int, watch: Watch) -> Outcome:
    """Digits as sequences of rows."""
    torch.manual_seed(seed)
    pixels, y = digits()
    x = pixels.view(-1, 8, 8)
    model = RowReader()
    optimizer = torch.optim.SGD(model.parameters(), lr=0.5, momentum=0.9)
    loss_fn = nn.CrossEntropyLoss()
    with watch(model, optimizer, loss_fn):
        for rows in shuffled_batches(len(x), size=64, steps=150, seed=seed):
            optimizer.zero_grad()
            loss = loss_fn(model(x[rows]), y[rows])
            loss.backward()
            nn.utils.clip_grad_norm_(model.parameters(), 1.0 if fixed else 1e-4)
            optimizer.step()
    return classified(model, predict(model, x).argmax(dim=1), y)


@faulty(
    "HO-dying-rate",
    kind="dynamic",
    phase={"update"},
    place={"optimizer"},
    fix="the schedule takes a step after every 50 batches, not after every batch",
    changes={"step"},
)
def dying_rate(fixed: bool, seed: int, watch: Watch) -> Outcome:
    """Sine waves through an LSTM: after five batches the learning rate is 1e-7."""
    torch.manual_seed(seed)
    x, targets = waves(600, length=12)
    y = targets.unsqueeze(1)
    model = WaveReader()
    optimizer = torch.optim.Adam(model.parameters(), lr=0.01)
    schedule = torch.optim.lr_scheduler.ExponentialLR(optimizer, gamma=0.1)
    loss_fn = nn.MSELoss()
    with watch(model, optimizer, loss_fn):
        for number, rows in enumerate(shuffled_batches(len(x), size=50, steps=150, seed=seed), start=1):
            optimizer.zero_grad()
            loss = loss_fn(model(x[rows]), y[rows])
            loss.backward()
            optimizer.step()
            if not fixed or number % 50 == 0:
                schedule.step()
    return regressed(model, predict(model, x), y)


class WaveReader(nn.Module):
    """Reads a piece of a wave with an LSTM and says what comes next."""

    def __init__(self) -> None:
        super().__init__()
        self.lstm = nn.LSTM(1, 24, batch_first=True)
        self.last = nn.Linear(24, 1)

    def forward(self, values: Tensor) -> Tensor:
        """The next value, a row a wave."""
        states, _ = self.lstm(values)
        return self.last(states[:, -1])


@faulty(
    "HO-growing-rate",
    kind="numerical",
    phase={"update", "forward", "loss"},
    place={"optimizer"},
    fix="a schedule that multiplies the learning rate by 0.99, not by 1.1, after every batch",
    changes={"step"},
)
def growing_rate(fixed: bool, seed: int, watch: Watch) -> Outcome:
    """An autoencoder; the learning rate ends at 10 to the power of 6."""
    torch.manual_seed(seed)
    x = low_rank(600, columns=24, causes=3)
    model = nn.Sequential(
        nn.Linear(24, 32), nn.ReLU(), nn.Linear(32, 3), nn.Linear(3, 32), nn.ReLU(), nn.Linear(32, 24)
    )
    optimizer = torch.optim.SGD(model.parameters(), lr=0.1, momentum=0.9)
    schedule = torch.optim.lr_scheduler.LambdaLR(optimizer, lambda step: (0.99 if fixed else 1.1) ** step)
    loss_fn = nn.MSELoss()
    with watch(model, optimizer, loss_fn):
        for rows in shuffled_batches(len(x), size=64, steps=170, seed=seed):
            optimizer.zero_grad()
            loss = loss_fn(model(x[rows]), x[rows])
            loss.backward()
            optimizer.step()
            schedule.step()
    return regressed(model, predict(model, x), x)


@faulty(
    "HO-momentum",
    kind="dynamic",
    phase={"update", "loss"},
    place={"optimizer"},
    fix="a momentum of 0.9 instead of 0.999",
    changes={"optimizer"},
)
def momentum(fixed: bool, seed: int, watch: Watch) -> Outcome:
    """Prices of houses: the weights swing past where they should stop."""
    torch.manual_seed(seed)
    x, prices = houses(500)
    y = ((prices - prices.mean()) / prices.std()).unsqueeze(1)
    model = nn.Sequential(nn.Linear(6, 32), nn.Softplus(), nn.Linear(32, 1))
    optimizer = torch.optim.SGD(model.parameters(), lr=0.05, momentum=0.9 if fixed else 0.999)
    loss_fn = nn.MSELoss()
    with watch(model, optimizer, loss_fn):
        for rows in shuffled_batches(len(x), size=50, steps=150, seed=seed):
            optimizer.zero_grad()
            loss = loss_fn(model(x[rows]), y[rows])
            loss.backward()
            optimizer.step()
    return regressed(model, predict(model, x), y)


@faulty(
    "HO-summed-loss",
    kind="dynamic",
    phase={"loss", "update"},
    place={"loss", "optimizer"},
    fix="the mean of the batch's losses instead of their sum",
    changes={"loss"},
)
def summed_loss(fixed: bool, seed: int, watch: Watch) -> Outcome:
    """Digits in batches of 512: every step is 512 times as long as meant."""
    torch.manual_seed(seed)
    x, y = digits()
    model = nn.Sequential(nn.Linear(64, 48), nn.ReLU(), nn.Linear(48, 32), nn.ReLU(), nn.Linear(32, 10))
    optimizer = torch.optim.SGD(model.parameters(), lr=0.2, momentum=0.9)
    loss_fn = SummedCrossEntropy() if not fixed else nn.CrossEntropyLoss()
    with watch(model, optimizer, loss_fn):
        for rows in shuffled_batches(len(x), size=512, steps=100, seed=seed):
            optimizer.zero_grad()
            loss = loss_fn(model(x[rows]), y[rows])
            loss.backward()
            optimizer.step()
    return classified(model, predict(model, x).argmax(dim=1), y)


class SummedCrossEntropy(nn.CrossEntropyLoss):
    """Cross-entropy, summed over the batch."""

    def __init__(self) -> None:
        super().__init__(reduction="sum")


class SymbolReader(nn.Module):
    """A small transformer that reads the symbol of the marked step."""

    def __init__(self) -> None:
        super().__init__()
        self.project = nn.Linear(5, 32)
        layer = nn.TransformerEncoderLayer(32, 4, dim_feedforward=64, dropout=0.0, batch_first=True)
        self.encoder = nn.TransformerEncoder(layer, 2)
        self.last = nn.Linear(32, 4)

    def forward(self, sequences: Tensor) -> Tensor:
        """The logits, a row a sequence."""
        return self.last(self.encoder(self.project(sequences)).mean(dim=1))


@faulty(
    "HO-transformer-rate",
    kind="dynamic",
    phase={"update"},
    place={"optimizer"},
    fix="AdamW 0.003 instead of 0.3",
    changes={"optimizer"},
)
def transformer_rate(fixed: bool, seed: int, watch: Watch) -> Outcome:
    """Sequences of symbols of which one is marked."""
    torch.manual_seed(seed)
    x, y = marked_sequences(800)
    model = SymbolReader()
    optimizer = torch.optim.AdamW(model.parameters(), lr=0.003 if fixed else 0.3)
    loss_fn = nn.CrossEntropyLoss()
    with watch(model, optimizer, loss_fn):
        for rows in shuffled_batches(len(x), size=32, steps=150, seed=seed):
            optimizer.zero_grad()
            loss = loss_fn(model(x[rows]), y[rows])
            loss.backward()
            optimizer.step()
    return classified(model, predict(model, x).argmax(dim=1), y)
