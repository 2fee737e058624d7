"""Inputs and labels that were spoilt on their way to the network."""

from collections.abc import Iterator

import torch
from torch import Tensor, nn
from torch.utils.data import DataLoader, TensorDataset

from benchmarks.deep_localize.data import digits, shuffled_batches
from benchmarks.deep_localize.holdout2.data import measures, spectra, squares
from benchmarks.deep_localize.outcome import classified, predict
from benchmarks.deep_localize.program import Outcome, Watch, faulty


@faulty(
    "H2-divided-twice",
    kind="contract",
    phase={"input"},
    place={"input"},
    fix="pictures that are in [0, 1] already are not divided by 255 once more",
    changes={"input"},
)
def divided_twice(fixed: bool, seed: int, watch: Watch) -> Outcome:
    """Digits through convolutions: all pictures are nearly black."""
    torch.manual_seed(seed)
    pixels, y = digits()
    x = pixels.view(-1, 1, 8, 8) / (1 if fixed else 255)
    model = nn.Sequential(
        nn.Conv2d(1, 12, 3), nn.LeakyReLU(), nn.Conv2d(12, 16, 3), nn.LeakyReLU(), nn.Flatten(), nn.Linear(256, 10)
    )
    optimizer = torch.optim.SGD(model.parameters(), lr=0.05, momentum=0.9)
    loss_fn = nn.CrossEntropyLoss()
    with watch(model, optimizer, loss_fn):
        for rows in shuffled_batches(len(x), size=64, steps=80, seed=seed):
            optimizer.zero_grad()
            loss = loss_fn(model(x[rows]), y[rows])
            loss.backward()
            optimizer.step()
    return classified(model, predict(model, x).argmax(dim=1), y)


def collate(readings: Tensor, *, buffers: int) -> Tensor:
    """A batch of readings, each copied into a buffer first; with one buffer for all, all are the last one."""
    memory = [torch.empty_like(readings[0]) for _ in range(buffers)]
    batch = []
    for number, reading in enumerate(readings):
        batch.append(memory[number % buffers].copy_(reading))
    return torch.stack(batch)


@faulty(
    "H2-one-buffer",
    kind="contract",
    phase={"input"},
    place={"input"},
    fix="each reading has a buffer of its own",
    changes={"input"},
)
def one_buffer(fixed: bool, seed: int, watch: Watch) -> Outcome:
    """Spectra: the samples of a batch are all the same one, with different labels."""
    torch.manual_seed(seed)
    x, y = spectra(600)
    model = nn.Sequential(
        nn.Conv1d(1, 8, 5, stride=2), nn.ReLU(), nn.Conv1d(8, 8, 5, stride=2), nn.ReLU(), nn.Flatten(), nn.Linear(40, 4)
    )
    optimizer = torch.optim.Adam(model.parameters(), lr=0.005)
    loss_fn = nn.CrossEntropyLoss()
    with watch(model, optimizer, loss_fn):
        for rows in shuffled_batches(len(x), size=32, steps=90, seed=seed):
            batch = collate(x[rows], buffers=len(rows) if fixed else 1)
            optimizer.zero_grad()
            loss = loss_fn(model(batch), y[rows])
            loss.backward()
            optimizer.step()
    return classified(model, predict(model, x).argmax(dim=1), y)


def endless(loader: DataLoader[tuple[Tensor, ...]]) -> Iterator[list[Tensor]]:
    """The batches of one pass after another."""
    while True:
        yield from loader


@faulty(
    "H2-first-batch-only",
    kind="dynamic",
    phase={"input"},
    place={"input", "labels"},
    fix="the loader goes on where it was; an iterator made anew in each step starts from the front",
    changes={"step"},
)
def first_batch_only(fixed: bool, seed: int, watch: Watch) -> Outcome:
    """Digits: the loss falls to nothing, on the sixteen pictures that are all that is ever seen."""
    torch.manual_seed(seed)
    x, y = digits()
    loader = DataLoader(TensorDataset(x, y), batch_size=16)
    batches = endless(loader)
    model = nn.Sequential(nn.Linear(64, 48), nn.ReLU(), nn.Dropout(0.2), nn.Linear(48, 10))
    optimizer = torch.optim.Adam(model.parameters(), lr=0.005)
    loss_fn = nn.CrossEntropyLoss()
    with watch(model, optimizer, loss_fn):
        for _ in range(200):
            inputs, labels = next(batches if fixed else iter(loader))
            optimizer.zero_grad()
            loss = loss_fn(model(inputs), labels)
            loss.backward()
            optimizer.step()
    return classified(model, predict(model, x).argmax(dim=1), y)


@faulty(
    "H2-mask-of-255",
    kind="contract",
    phase={"input", "loss"},
    place={"labels"},
    fix="a mask that was read from a picture is divided by 255, so that it is 0 and 1",
    changes={"labels"},
)
def mask_of_255(fixed: bool, seed: int, watch: Watch) -> Outcome:
    """Squares in noisy pictures: one pixel inside counts as much as 255 outside, and all is called inside."""
    torch.manual_seed(seed)
    x, masks = squares(200)
    read = (masks * 255).to(torch.uint8)
    targets = read.float() / 255 if fixed else read.float()
    model = nn.Sequential(
        nn.Conv2d(1, 8, 3, stride=2, padding=1), nn.BatchNorm2d(8), nn.ReLU(),
        nn.ConvTranspose2d(8, 8, 4, stride=2, padding=1), nn.ReLU(), nn.Conv2d(8, 1, 1),
    )  # fmt: skip
    optimizer = torch.optim.Adam(model.parameters(), lr=0.01)
    loss_fn = nn.BCEWithLogitsLoss()
    with watch(model, optimizer, loss_fn):
        for rows in shuffled_batches(len(x), size=20, steps=60, seed=seed):
            optimizer.zero_grad()
            loss = loss_fn(model(x[rows]), targets[rows])
            loss.backward()
            optimizer.step()
    return classified(model, predict(model, x) > 0, masks)


class KindAndPrice(nn.Module):
    """A trunk, and two heads: which kind of house it is, and its price."""

    def __init__(self) -> None:
        super().__init__()
        self.trunk = nn.Sequential(nn.Linear(12, 32), nn.Tanh())
        self.kind = nn.Linear(32, 3)
        self.price = nn.Linear(32, 1)

    def forward(self, houses: Tensor) -> tuple[Tensor, Tensor]:
        """The logits of the kinds, and the price as a column."""
        features = self.trunk(houses)
        return self.kind(features), self.price(features)


class BothLosses(nn.Module):
    """Cross-entropy of the kinds and squared error of the prices, added up."""

    def forward(self, answers: tuple[Tensor, Tensor], kinds: Tensor, prices: Tensor) -> Tensor:
        """The sum of the two."""
        logits, predicted = answers
        return nn.functional.cross_entropy(logits, kinds) + nn.functional.mse_loss(predicted, prices)


@faulty(
    "H2-swamped-task",
    kind="contract",
    phase={"input", "loss"},
    place={"labels", "loss", "price"},
    fix="prices are standardised before they are added up with another loss",
    changes={"labels"},
)
def swamped_task(fixed: bool, seed: int, watch: Watch) -> Outcome:
    """What counts is the kind: its gradient is a billionth of the price's, and both are clipped to 1 together."""
    torch.manual_seed(seed)
    x, scores = measures(800, 12, 4)
    kinds = scores[:, :3].argmax(dim=1)
    prices = scores[:, 3:] if fixed else 250_000 + 60_000 * scores[:, 3:]
    model = KindAndPrice()
    optimizer = torch.optim.SGD(model.parameters(), lr=0.2, momentum=0.8)
    loss_fn = BothLosses()
    with watch(model, optimizer, loss_fn):
        for rows in shuffled_batches(len(x), size=50, steps=200, seed=seed):
            optimizer.zero_grad()
            loss = loss_fn(model(x[rows]), kinds[rows], prices[rows])
            loss.backward()
            nn.utils.clip_grad_norm_(model.parameters(), 1.0)
            optimizer.step()
    model.eval()
    with torch.no_grad():
        logits, _ = model(x)
    return classified(model, logits.argmax(dim=1), kinds)
