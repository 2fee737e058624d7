"""Sound procedures: fine-tuning, schedules, a closure, two optimizers, a teacher, an average of the weights."""

import copy

import torch
from torch import Tensor, nn

from benchmarks.deep_localize.data import digits, shuffled_batches, wine
from benchmarks.deep_localize.outcome import classified, predict, regressed
from benchmarks.deep_localize.program import Outcome, Watch, healthy


@healthy("ho-fine-tuning", least_accuracy=0.9)
def fine_tuning(seed: int, watch: Watch) -> Outcome:
    """A net that has learned the digits goes on with steps of a hundredth: the loss hardly moves, and need not."""
    torch.manual_seed(seed)
    x, y = digits()
    model = nn.Sequential(nn.Linear(64, 64), nn.ReLU(), nn.Linear(64, 10))
    loss_fn = nn.CrossEntropyLoss()
    pretraining = torch.optim.Adam(model.parameters(), lr=0.005)
    for rows in shuffled_batches(len(x), size=64, steps=150, seed=seed):
        pretraining.zero_grad()
        loss_fn(model(x[rows]), y[rows]).backward()
        pretraining.step()

    optimizer = torch.optim.AdamW(model.parameters(), lr=2e-5)
    with watch(model, optimizer, loss_fn):
        for rows in shuffled_batches(len(x), size=32, steps=100, seed=seed):
            optimizer.zero_grad()
            loss = loss_fn(model(x[rows]), y[rows])
            loss.backward()
            optimizer.step()
    return classified(model, predict(model, x).argmax(dim=1), y)


@healthy("ho-one-cycle", least_accuracy=0.9)
def one_cycle(seed: int, watch: Watch) -> Outcome:
    """The learning rate rises to 0.5 and falls to nearly nothing, the momentum the other way round."""
    torch.manual_seed(seed)
    x, y = digits()
    model = nn.Sequential(nn.Linear(64, 64), nn.BatchNorm1d(64), nn.ReLU(), nn.Linear(64, 10))
    optimizer = torch.optim.SGD(model.parameters(), lr=0.1, momentum=0.9, nesterov=True)
    schedule = torch.optim.lr_scheduler.OneCycleLR(optimizer, max_lr=0.5, total_steps=180)
    loss_fn = nn.CrossEntropyLoss()
    with watch(model, optimizer, loss_fn):
        for rows in shuffled_batches(len(x), size=64, steps=180, seed=seed):
            optimizer.zero_grad()
            loss = loss_fn(model(x[rows]), y[rows])
            loss.backward()
            optimizer.step()
            schedule.step()
    return classified(model, predict(model, x).argmax(dim=1), y)


@healthy("ho-lbfgs", least_accuracy=0.95)
def lbfgs(seed: int, watch: Watch) -> Outcome:
    """Wine in 15 steps, each of which calls the closure several times on all samples."""
    torch.manual_seed(seed)
    x, y = wine()
    model = nn.Sequential(nn.Linear(13, 8), nn.Tanh(), nn.Linear(8, 3))
    optimizer = torch.optim.LBFGS(model.parameters(), lr=0.5, max_iter=5)
    loss_fn = nn.CrossEntropyLoss()

    def closure() -> Tensor:
        optimizer.zero_grad()
        loss = loss_fn(model(x), y) + 0.01 * sum((parameter**2).sum() for parameter in model.parameters())
        loss.backward()
        return loss

    with watch(model, optimizer, loss_fn):
        for _ in range(15):
            optimizer.step(closure)
    return classified(model, predict(model, x).argmax(dim=1), y)


@healthy("ho-large-rate-batch-norm", least_accuracy=0.9)
def large_rate_batch_norm(seed: int, watch: Watch) -> Outcome:
    """SGD with steps of 1, which batch normalisation forgives."""
    torch.manual_seed(seed)
    pixels, y = digits()
    x = pixels.view(-1, 1, 8, 8)
    model = nn.Sequential(
        nn.Conv2d(1, 8, 3, bias=False), nn.BatchNorm2d(8), nn.ReLU(),
        nn.Conv2d(8, 16, 3, bias=False), nn.BatchNorm2d(16), nn.ReLU(),
        nn.AdaptiveAvgPool2d(2), nn.Flatten(), nn.Linear(64, 10),
    )  # fmt: skip
    optimizer = torch.optim.SGD(model.parameters(), lr=1.0)
    loss_fn = nn.CrossEntropyLoss()
    with watch(model, optimizer, loss_fn):
        for rows in shuffled_batches(len(x), size=64, steps=150, seed=seed):
            optimizer.zero_grad()
            loss = loss_fn(model(x[rows]), y[rows])
            loss.backward()
            optimizer.step()
    return classified(model, predict(model, x).argmax(dim=1), y)


class Adversaries(nn.Module):
    """A generator of numbers from noise, and a discriminator that tells them from true ones."""

    def __init__(self) -> None:
        super().__init__()
        self.generator = nn.Sequential(nn.Linear(4, 24), nn.ReLU(), nn.Linear(24, 1))
        self.discriminator = nn.Sequential(nn.Linear(1, 24), nn.LeakyReLU(0.2), nn.Linear(24, 1))

    def forward(self, noise: Tensor) -> Tensor:
        """Numbers, a row a draw."""
        return self.generator(noise)


@healthy("ho-gan", most_loss=0.8)
def gan(seed: int, watch: Watch) -> Outcome:
    """Two optimizers against each other: neither loss has to fall. The distance of the sorted numbers counts."""
    torch.manual_seed(seed)
    true = 1 + 0.8 * torch.randn(1024, 1)
    model = Adversaries()
    generator_optimizer = torch.optim.Adam(model.generator.parameters(), lr=0.01, betas=(0.5, 0.9))
    discriminator_optimizer = torch.optim.Adam(model.discriminator.parameters(), lr=0.01, betas=(0.5, 0.9))
    loss_fn = nn.BCEWithLogitsLoss()
    with watch(model, [generator_optimizer, discriminator_optimizer], loss_fn):
        for rows in shuffled_batches(len(true), size=128, steps=200, seed=seed):
            ones, zeros = torch.ones(len(rows), 1), torch.zeros(len(rows), 1)
            drawn = model(torch.randn(len(rows), 4))
            discriminator_optimizer.zero_grad()
            loss = loss_fn(model.discriminator(true[rows]), ones)
            loss = loss + loss_fn(model.discriminator(drawn.detach()), zeros)
            loss.backward()
            discriminator_optimizer.step()
            generator_optimizer.zero_grad()
            loss = loss_fn(model.discriminator(drawn), ones)
            loss.backward()
            generator_optimizer.step()
    drawn = predict(model, torch.randn(len(true), 4))
    return regressed(model, drawn.sort(dim=0).values, true.sort(dim=0).values)


@healthy("ho-teacher", least_accuracy=0.9)
def teacher(seed: int, watch: Watch) -> Outcome:
    """A small net learns a trained one's probabilities; the teacher gets no gradient and is no part of the model."""
    torch.manual_seed(seed)
    x, y = digits()
    taught = nn.Sequential(nn.Linear(64, 96), nn.ReLU(), nn.Linear(96, 10))
    pretraining = torch.optim.Adam(taught.parameters(), lr=0.01)
    for rows in shuffled_batches(len(x), size=64, steps=150, seed=seed):
        pretraining.zero_grad()
        nn.functional.cross_entropy(taught(x[rows]), y[rows]).backward()
        pretraining.step()

    model = nn.Sequential(nn.Linear(64, 24), nn.ReLU(), nn.Linear(24, 10))
    optimizer = torch.optim.Adam(model.parameters(), lr=0.01)
    loss_fn = nn.KLDivLoss(reduction="batchmean")
    with watch(model, optimizer, loss_fn):
        for rows in shuffled_batches(len(x), size=32, steps=150, seed=seed):
            optimizer.zero_grad()
            softened = (taught(x[rows]).detach() / 2).softmax(dim=1)
            loss = 4 * loss_fn((model(x[rows]) / 2).log_softmax(dim=1), softened)
            loss.backward()
            optimizer.step()
    return classified(model, predict(model, x).argmax(dim=1), y)


@healthy("ho-average-of-weights", least_accuracy=0.9)
def average_of_weights(seed: int, watch: Watch) -> Outcome:
    """A copy of the net follows it slowly and is what counts; the copy has no gradient."""
    torch.manual_seed(seed)
    x, y = digits()
    model = nn.Sequential(nn.Linear(64, 64), nn.ReLU(), nn.Linear(64, 10))
    average = copy.deepcopy(model).requires_grad_(False)
    optimizer = torch.optim.Adam(model.parameters(), lr=0.01)
    loss_fn = nn.CrossEntropyLoss()
    with watch(model, optimizer, loss_fn):
        for rows in shuffled_batches(len(x), size=32, steps=180, seed=seed):
            optimizer.zero_grad()
            loss = loss_fn(model(x[rows]), y[rows])
            loss.backward()
            nn.utils.clip_grad_norm_(model.parameters(), 0.1)
            optimizer.step()
            with torch.no_grad():
                for slow, fast in zip(average.parameters(), model.parameters(), strict=True):
                    slow.lerp_(fast, 0.05)
    return classified(average, predict(average, x).argmax(dim=1), y)
