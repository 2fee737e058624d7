"""The last layer or the loss does not say what the labels say."""

import torch
from torch import Tensor, nn

from benchmarks.deep_localize.data import shuffled_batches
from benchmarks.deep_localize.holdout.data import houses, low_rank, marked_sequences, tags, waves
from benchmarks.deep_localize.outcome import classified, predict, regressed
from benchmarks.deep_localize.program import Outcome, Watch, faulty


@faulty(
    "HO-double-sigmoid",
    kind="contract",
    phase={"forward", "loss"},
    place={"2", "3", "loss"},
    fix="no sigmoid before a loss on logits, which has its own",
    changes={"network"},
)
def double_sigmoid(fixed: bool, seed: int, watch: Watch) -> Outcome:
    """Six tags a sample. The script's own rule, the sigmoid of the answer above 0.5, then says yes to everything."""
    torch.manual_seed(seed)
    x, y = tags(600)
    answer = nn.Identity() if fixed else nn.Sigmoid()
    model = nn.Sequential(nn.Linear(20, 32), nn.ReLU(), nn.Linear(32, 6), answer)
    optimizer = torch.optim.Adam(model.parameters(), lr=0.01)
    loss_fn = nn.BCEWithLogitsLoss()
    with watch(model, optimizer, loss_fn):
        for rows in shuffled_batches(len(x), size=32, steps=150, seed=seed):
            optimizer.zero_grad()
            loss = loss_fn(model(x[rows]), y[rows])
            loss.backward()
            optimizer.step()
    return classified(model, predict(model, x).sigmoid() > 0.5, y)


def clipped_cross_entropy(probabilities: Tensor, truth: Tensor) -> Tensor:
    """The binary cross-entropy as people write it by hand, clipped so that no logarithm is infinite."""
    inside = probabilities.clamp(1e-7, 1 - 1e-7)
    return -(truth * inside.log() + (1 - truth) * (1 - inside).log()).mean()


@faulty(
    "HO-clipped-logits",
    kind="contract",
    phase={"forward", "loss"},
    place={"4", "5", "loss"},
    fix="a sigmoid before the cross-entropy, which wants probabilities",
    changes={"network"},
)
def clipped_logits(fixed: bool, seed: int, watch: Watch) -> Outcome:
    """Six tags a sample: where an answer is below 0 or above 1, clipping stops its gradient."""
    torch.manual_seed(seed)
    x, y = tags(600)
    answer = nn.Sigmoid() if fixed else nn.Identity()
    model = nn.Sequential(nn.Linear(20, 32), nn.ReLU(), nn.Linear(32, 32), nn.ReLU(), nn.Linear(32, 6), answer)
    optimizer = torch.optim.Adam(model.parameters(), lr=0.03)
    with watch(model, optimizer, clipped_cross_entropy):
        for rows in shuffled_batches(len(x), size=32, steps=150, seed=seed):
            optimizer.zero_grad()
            loss = clipped_cross_entropy(model(x[rows]), y[rows])
            loss.backward()
            optimizer.step()
    return classified(model, predict(model, x) > 0.5, y)


class NextValue(nn.Module):
    """Reads a series with a GRU; the answer is a column, through ``answer``."""

    def __init__(self, answer: nn.Module) -> None:
        super().__init__()
        self.gru = nn.GRU(1, 24, batch_first=True)
        self.last = nn.Linear(24, 1)
        self.answer = answer

    def forward(self, values: Tensor) -> Tensor:
        """The next value, a row a series."""
        states, _ = self.gru(values)
        return self.answer(self.last(states[:, -1]))


def squared_error(predicted: Tensor, truth: Tensor) -> Tensor:
    """The mean squared error as people write it by hand: no warning where the shapes differ."""
    return ((predicted - truth) ** 2).mean()


@faulty(
    "HO-hand-broadcast",
    kind="contract",
    phase={"input", "loss"},
    place={"labels", "loss"},
    fix="the target as a column, like the answer",
    changes={"labels"},
)
def hand_broadcast(fixed: bool, seed: int, watch: Watch) -> Outcome:
    """Sine waves: a column of answers less a row of targets is a square of differences."""
    torch.manual_seed(seed)
    x, targets = waves(600, length=12)
    y = targets.unsqueeze(1) if fixed else targets
    model = NextValue(nn.Identity())
    optimizer = torch.optim.Adam(model.parameters(), lr=0.01)
    with watch(model, optimizer, squared_error):
        for rows in shuffled_batches(len(x), size=50, steps=150, seed=seed):
            optimizer.zero_grad()
            loss = squared_error(model(x[rows]), y[rows])
            loss.backward()
            optimizer.step()
    return regressed(model, predict(model, x)[:, 0], targets)


@faulty(
    "HO-tanh-range",
    kind="contract",
    phase={"forward", "loss"},
    place={"last", "answer", "loss"},
    fix="no tanh behind the last layer",
    changes={"network"},
)
def tanh_range(fixed: bool, seed: int, watch: Watch) -> Outcome:
    """Waves as high as 8: a tanh answers between -1 and 1."""
    torch.manual_seed(seed)
    values, targets = waves(600, length=12)
    x, y = 8 * values, 8 * targets.unsqueeze(1)
    model = NextValue(nn.Identity() if fixed else nn.Tanh())
    optimizer = torch.optim.Adam(model.parameters(), lr=0.02)
    loss_fn = nn.SmoothL1Loss()
    with watch(model, optimizer, loss_fn):
        for rows in shuffled_batches(len(x), size=50, steps=200, seed=seed):
            optimizer.zero_grad()
            loss = loss_fn(model(x[rows]), y[rows])
            loss.backward()
            optimizer.step()
    return regressed(model, predict(model, x), y)


class AttentionPooling(nn.Module):
    """Says how much each step counts, and sums the steps up; ``weigh`` makes weights of the scores."""

    def __init__(self, weigh: nn.Module) -> None:
        super().__init__()
        self.score = nn.Linear(5, 1)
        self.weigh = weigh
        self.last = nn.Linear(5, 4)

    def forward(self, sequences: Tensor) -> Tensor:
        """The logits, a row a sequence."""
        weights = self.weigh(self.score(sequences))
        return self.last((weights * sequences).sum(dim=1))


@faulty(
    "HO-softmax-wrong-axis",
    kind="contract",
    phase={"forward", "backward"},
    place={"score", "weigh"},
    fix="the softmax over the steps, not over the last axis, which has one element",
    changes={"network"},
)
def softmax_wrong_axis(fixed: bool, seed: int, watch: Watch) -> Outcome:
    """Sequences of symbols of which the marked one counts: weights that are all 1 cannot tell it from the rest."""
    torch.manual_seed(seed)
    x, y = marked_sequences(800)
    model = AttentionPooling(nn.Softmax(dim=1 if fixed else -1))
    optimizer = torch.optim.Adam(model.parameters(), lr=0.1)
    loss_fn = nn.CrossEntropyLoss()
    with watch(model, optimizer, loss_fn):
        for rows in shuffled_batches(len(x), size=32, steps=200, seed=seed):
            optimizer.zero_grad()
            loss = loss_fn(model(x[rows]), y[rows])
            loss.backward()
            optimizer.step()
    return classified(model, predict(model, x).argmax(dim=1), y)


@faulty(
    "HO-dollars",
    kind="dynamic",
    phase={"input", "loss"},
    place={"labels", "loss"},
    fix="prices standardised for training, and back for the answer",
    changes={"labels"},
)
def dollars(fixed: bool, seed: int, watch: Watch) -> Outcome:
    """Prices of houses in dollars: with steps of 0.005 the answer never gets to 300,000."""
    torch.manual_seed(seed)
    x, prices = houses(500)
    centre, spread = (prices.mean(), prices.std()) if fixed else (torch.tensor(0.0), torch.tensor(1.0))
    y = ((prices - centre) / spread).unsqueeze(1)
    model = nn.Sequential(nn.Linear(6, 32), nn.ReLU(), nn.Linear(32, 1))
    optimizer = torch.optim.Adam(model.parameters(), lr=0.005)
    loss_fn = nn.MSELoss()
    with watch(model, optimizer, loss_fn):
        for rows in shuffled_batches(len(x), size=50, steps=200, seed=seed):
            optimizer.zero_grad()
            loss = loss_fn(model(x[rows]), y[rows])
            loss.backward()
            optimizer.step()
    return regressed(model, predict(model, x)[:, 0] * spread + centre, prices)


class VariationalAutoencoder(nn.Module):
    """An encoder to the means and log variances of three normal distributions, and a decoder of a draw from them."""

    def __init__(self) -> None:
        super().__init__()
        self.encoder = nn.Sequential(nn.Linear(24, 32), nn.ReLU(), nn.Linear(32, 6))
        self.decoder = nn.Sequential(nn.Linear(3, 32), nn.ReLU(), nn.Linear(32, 24))

    def forward(self, values: Tensor) -> tuple[Tensor, Tensor, Tensor]:
        """The values again, the means and the log variances; without a draw in evaluation mode."""
        mean, log_variance = self.encoder(values).chunk(2, dim=1)
        drawn = mean + torch.randn_like(mean) * (log_variance / 2).exp() if self.training else mean
        return self.decoder(drawn), mean, log_variance


@faulty(
    "HO-vae-collapse",
    kind="dynamic",
    phase={"forward", "loss"},
    place={"encoder", "encoder.2", "loss"},
    fix="both terms of the loss are summed over features and averaged over the batch",
    changes={"step"},
)
def vae_collapse(fixed: bool, seed: int, watch: Watch) -> Outcome:
    """The reconstruction's error is a mean, the divergence a sum over the batch: the code says nothing any more."""
    torch.manual_seed(seed)
    x = low_rank(600, columns=24, causes=3)
    model = VariationalAutoencoder()
    optimizer = torch.optim.Adam(model.parameters(), lr=0.01)
    with watch(model, optimizer, None):
        for rows in shuffled_batches(len(x), size=64, steps=200, seed=seed):
            optimizer.zero_grad()
            again, mean, log_variance = model(x[rows])
            divergence = -0.5 * (1 + log_variance - mean**2 - log_variance.exp())
            if fixed:
                loss = 10 * ((again - x[rows]) ** 2).sum(dim=1).mean() + divergence.sum(dim=1).mean()
            else:
                loss = ((again - x[rows]) ** 2).mean() + divergence.sum()
            loss.backward()
            optimizer.step()
    model.eval()
    with torch.no_grad():
        return regressed(model, model(x)[0], x)
