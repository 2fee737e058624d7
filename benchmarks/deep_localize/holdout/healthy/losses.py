"""Sound losses that are not the usual ones: several terms, below 0, exactly 0 in the end, of rare classes."""

import torch
from torch import Tensor, nn
from torch.nn import functional

from benchmarks.deep_localize.data import breast_cancer, diabetes, digits, iris, shuffled_batches
from benchmarks.deep_localize.holdout.data import houses, low_rank, tags, visits
from benchmarks.deep_localize.holdout.faulty.answers import VariationalAutoencoder
from benchmarks.deep_localize.outcome import classified, predict, regressed
from benchmarks.deep_localize.program import Outcome, Watch, healthy


@healthy("ho-vae", most_loss=0.4)
def vae(seed: int, watch: Watch) -> Outcome:
    """Two terms that pull against each other; no one loss function to tell the watch."""
    torch.manual_seed(seed)
    x = low_rank(600, columns=24, causes=3)
    model = VariationalAutoencoder()
    optimizer = torch.optim.Adam(model.parameters(), lr=0.01)
    with watch(model, optimizer, None):
        for rows in shuffled_batches(len(x), size=50, steps=200, seed=seed):
            optimizer.zero_grad()
            again, mean, log_variance = model(x[rows])
            reconstruction = 8 * functional.mse_loss(again, x[rows], reduction="sum") / len(rows)
            divergence = -0.5 * (1 + log_variance - mean**2 - log_variance.exp()).sum() / len(rows)
            loss = reconstruction + divergence
            loss.backward()
            optimizer.step()
    model.eval()
    with torch.no_grad():
        return regressed(model, model(x)[0], x)


@healthy("ho-triplet", least_accuracy=0.85)
def triplet(seed: int, watch: Watch) -> Outcome:
    """Codes of digits: anchor, one of the same class, one of another; more and more triplets have a loss of 0."""
    torch.manual_seed(seed)
    x, y = digits()
    model = nn.Sequential(nn.Linear(64, 48), nn.ReLU(), nn.Linear(48, 8))
    optimizer = torch.optim.Adam(model.parameters(), lr=0.005)
    loss_fn = nn.TripletMarginLoss(margin=1.0)
    order = y.argsort()
    starts, counts = torch.bincount(y).cumsum(0) - torch.bincount(y), torch.bincount(y)
    with watch(model, optimizer, loss_fn):
        for rows in shuffled_batches(len(x), size=64, steps=150, seed=seed):
            label = y[rows]
            other = (label + torch.randint(1, 10, label.shape)) % 10
            same_row = order[starts[label] + (torch.rand(len(rows)) * counts[label]).long()]
            other_row = order[starts[other] + (torch.rand(len(rows)) * counts[other]).long()]
            optimizer.zero_grad()
            loss = loss_fn(model(x[rows]), model(x[same_row]), model(x[other_row]))
            loss.backward()
            optimizer.step()
    codes = predict(model, x)
    centres = torch.stack([codes[y == label].mean(dim=0) for label in range(10)])
    return classified(model, torch.cdist(codes, centres).argmin(dim=1), y)


def gaussian_loss(answer: Tensor, truth: Tensor) -> Tensor:
    """Minus the log likelihood of the truth under the mean and the variance in the answer's two columns."""
    mean, log_variance = answer.chunk(2, dim=1)
    return functional.gaussian_nll_loss(mean, truth, log_variance.exp())


@healthy("ho-gaussian-likelihood", most_loss=0.4)
def gaussian_likelihood(seed: int, watch: Watch) -> Outcome:
    """A mean and a variance for each house; the loss falls below 0, as a density's logarithm may be above."""
    torch.manual_seed(seed)
    x, prices = houses(500)
    y = ((prices - prices.mean()) / prices.std()).unsqueeze(1)
    model = nn.Sequential(nn.Linear(6, 32), nn.SiLU(), nn.Linear(32, 2))
    optimizer = torch.optim.Adam(model.parameters(), lr=0.02)
    with watch(model, optimizer, gaussian_loss):
        for rows in shuffled_batches(len(x), size=50, steps=200, seed=seed):
            optimizer.zero_grad()
            loss = gaussian_loss(model(x[rows]), y[rows])
            loss.backward()
            optimizer.step()
    return regressed(model, predict(model, x)[:, :1], y)


def focal_loss(logits: Tensor, truth: Tensor) -> Tensor:
    """Cross-entropy with little weight for what is already right."""
    plain = functional.binary_cross_entropy_with_logits(logits, truth, reduction="none")
    return ((1 - torch.exp(-plain)) ** 2 * plain).mean()


@healthy("ho-focal", least_accuracy=0.9)
def focal(seed: int, watch: Watch) -> Outcome:
    """Breast cancer; the loss is small from the beginning."""
    torch.manual_seed(seed)
    x, labels = breast_cancer()
    y = labels.float().unsqueeze(1)
    model = nn.Sequential(nn.Linear(30, 16), nn.ReLU(), nn.Linear(16, 1))
    optimizer = torch.optim.AdamW(model.parameters(), lr=0.01)
    with watch(model, optimizer, focal_loss):
        for rows in shuffled_batches(len(x), size=32, steps=120, seed=seed):
            optimizer.zero_grad()
            loss = focal_loss(model(x[rows]), y[rows])
            loss.backward()
            optimizer.step()
    return classified(model, predict(model, x) > 0, y)


@healthy("ho-imbalanced", least_accuracy=0.97)
def imbalanced(seed: int, watch: Watch) -> Outcome:
    """One positive to 20 negatives, weighted; always saying no would be right in 95 of 100."""
    torch.manual_seed(seed)
    y = (torch.arange(1050) % 21 == 0).float().unsqueeze(1)
    x = torch.randn(1050, 8) + 1.5 * y
    model = nn.Sequential(nn.Linear(8, 16), nn.ReLU(), nn.Linear(16, 1))
    optimizer = torch.optim.Adam(model.parameters(), lr=0.01)
    loss_fn = nn.BCEWithLogitsLoss(pos_weight=torch.tensor([4.0]))
    with watch(model, optimizer, loss_fn):
        for rows in shuffled_batches(len(x), size=32, steps=150, seed=seed):
            optimizer.zero_grad()
            loss = loss_fn(model(x[rows]), y[rows])
            loss.backward()
            optimizer.step()
    return classified(model, predict(model, x) > 0, y)


@healthy("ho-label-smoothing", least_accuracy=0.9)
def label_smoothing(seed: int, watch: Watch) -> Outcome:
    """Digits with softened labels: the loss never gets near 0."""
    torch.manual_seed(seed)
    x, y = digits()
    model = nn.Sequential(nn.Linear(64, 64), nn.ReLU(), nn.Linear(64, 10))
    optimizer = torch.optim.Adam(model.parameters(), lr=0.005)
    loss_fn = nn.CrossEntropyLoss(label_smoothing=0.2)
    with watch(model, optimizer, loss_fn):
        for rows in shuffled_batches(len(x), size=32, steps=150, seed=seed):
            optimizer.zero_grad()
            loss = loss_fn(model(x[rows]), y[rows])
            loss.backward()
            optimizer.step()
    return classified(model, predict(model, x).argmax(dim=1), y)


@healthy("ho-hinge-converged", least_accuracy=0.9)
def hinge_converged(seed: int, watch: Watch) -> Outcome:
    """Two kinds of iris that a line parts: with every margin kept, loss and gradients are exactly 0."""
    torch.manual_seed(seed)
    measures, labels = iris()
    measures, y = measures[labels < 2], labels[labels < 2]
    x = measures - measures.mean(dim=0)
    model = nn.Sequential(nn.Linear(4, 16), nn.ReLU(), nn.Linear(16, 2))
    optimizer = torch.optim.SGD(model.parameters(), lr=0.1, momentum=0.9)
    loss_fn = nn.MultiMarginLoss()
    with watch(model, optimizer, loss_fn):
        for rows in shuffled_batches(len(x), size=20, steps=120, seed=seed):
            optimizer.zero_grad()
            loss = loss_fn(model(x[rows]), y[rows])
            loss.backward()
            optimizer.step()
    return classified(model, predict(model, x).argmax(dim=1), y)


@healthy("ho-absolute-error", most_loss=0.8)
def absolute_error(seed: int, watch: Watch) -> Outcome:
    """Diabetes with the absolute error, whose gradient stays as large as it was; the targets are noisy."""
    torch.manual_seed(seed)
    x, true = diabetes()
    y = ((true - true.mean()) / true.std()).unsqueeze(1)
    model = nn.Sequential(nn.Linear(10, 24), nn.ReLU(), nn.Linear(24, 1))
    optimizer = torch.optim.RMSprop(model.parameters(), lr=0.003)
    loss_fn = nn.L1Loss()
    with watch(model, optimizer, loss_fn):
        for rows in shuffled_batches(len(x), size=32, steps=150, seed=seed):
            optimizer.zero_grad()
            loss = loss_fn(model(x[rows]), y[rows])
            loss.backward()
            optimizer.step()
    return regressed(model, predict(model, x), y)


@healthy("ho-many-tags", least_accuracy=0.85)
def many_tags(seed: int, watch: Watch) -> Outcome:
    """Six tags a sample: rows of targets that sum to anything from 0 to 6."""
    torch.manual_seed(seed)
    x, y = tags(600)
    model = nn.Sequential(nn.Linear(20, 32), nn.ReLU(), nn.Linear(32, 6))
    optimizer = torch.optim.Adam(model.parameters(), lr=0.01)
    loss_fn = nn.BCEWithLogitsLoss()
    with watch(model, optimizer, loss_fn):
        for rows in shuffled_batches(len(x), size=32, steps=150, seed=seed):
            optimizer.zero_grad()
            loss = loss_fn(model(x[rows]), y[rows])
            loss.backward()
            optimizer.step()
    return classified(model, predict(model, x) > 0, y)


@healthy("ho-counts", most_loss=0.5)
def counts(seed: int, watch: Watch) -> Outcome:
    """Counts with a Poisson likelihood: the answer is the logarithm of the rate, the loss goes far below 0."""
    torch.manual_seed(seed)
    x, y = visits(600)
    model = nn.Sequential(nn.Linear(5, 32), nn.ReLU(), nn.Linear(32, 1))
    optimizer = torch.optim.Adam(model.parameters(), lr=0.01)
    loss_fn = nn.PoissonNLLLoss()
    with watch(model, optimizer, loss_fn):
        for rows in shuffled_batches(len(x), size=32, steps=200, seed=seed):
            optimizer.zero_grad()
            loss = loss_fn(model(x[rows]), y[rows])
            loss.backward()
            optimizer.step()
    return regressed(model, predict(model, x).exp(), y)
