"""Sound loops: weights moved aside for a while, targets that move, optimizers in turns, episodes, restarts."""

import torch
from torch import Tensor, nn
from torch.utils.data import DataLoader, TensorDataset

from benchmarks.deep_localize.data import digits, shuffled_batches, wine
from benchmarks.deep_localize.holdout2.data import spectra
from benchmarks.deep_localize.outcome import classified, predict, regressed
from benchmarks.deep_localize.program import Outcome, Watch, healthy


@healthy("h2-sharpness-aware", least_accuracy=0.9)
def sharpness_aware(seed: int, watch: Watch) -> Outcome:
    """Each step goes uphill first, by hand, takes the gradient there, and comes back before it goes down."""
    torch.manual_seed(seed)
    x, y = spectra(600)
    model = nn.Sequential(
        nn.Conv1d(1, 8, 5), nn.BatchNorm1d(8), nn.ReLU(), nn.AdaptiveMaxPool1d(7), nn.Flatten(), nn.Linear(56, 4)
    )
    optimizer = torch.optim.SGD(model.parameters(), lr=0.1, momentum=0.9)
    loss_fn = nn.CrossEntropyLoss()
    parameters = list(model.parameters())
    with watch(model, optimizer, loss_fn):
        for rows in shuffled_batches(len(x), size=32, steps=60, seed=seed):
            optimizer.zero_grad()
            loss_fn(model(x[rows]), y[rows]).backward()
            slopes = [parameter.grad.clone() for parameter in parameters if parameter.grad is not None]
            length = torch.stack([slope.norm() for slope in slopes]).norm() + 1e-12
            with torch.no_grad():
                for parameter, slope in zip(parameters, slopes, strict=True):
                    parameter.add_(0.05 * slope / length)
            optimizer.zero_grad()
            loss = loss_fn(model(x[rows]), y[rows])
            loss.backward()
            with torch.no_grad():
                for parameter, slope in zip(parameters, slopes, strict=True):
                    parameter.sub_(0.05 * slope / length)
            optimizer.step()
    return classified(model, predict(model, x).argmax(dim=1), y)


class ValueNetworks(nn.Module):
    """A network that learns values, and a copy of it that is brought up to date now and then."""

    def __init__(self) -> None:
        super().__init__()
        self.online = nn.Sequential(nn.Linear(6, 32), nn.ReLU(), nn.Linear(32, 1))
        self.target = nn.Sequential(nn.Linear(6, 32), nn.ReLU(), nn.Linear(32, 1)).requires_grad_(False)
        self.target.load_state_dict(self.online.state_dict())

    def forward(self, places: Tensor) -> Tensor:
        """Values as a column."""
        return self.online(places)


@healthy("h2-target-network", most_loss=0.3)
def target_network(seed: int, watch: Watch) -> Outcome:
    """Values of a walk: half of the model has no gradient and jumps; with each jump the loss grows."""
    torch.manual_seed(seed)
    places = torch.arange(600) % 6
    x = nn.functional.one_hot(places, 6).float()
    following = nn.functional.one_hot((places + 1) % 6, 6).float()
    end = (places == 5).float().unsqueeze(1)
    model = ValueNetworks()
    optimizer = torch.optim.Adam(model.online.parameters(), lr=0.02)
    loss_fn = nn.MSELoss()
    with watch(model, optimizer, loss_fn):
        for step, rows in enumerate(shuffled_batches(len(x), size=60, steps=200, seed=seed)):
            returns = 10 * end[rows] + 0.8 * (1 - end[rows]) * model.target(following[rows])
            optimizer.zero_grad()
            loss = loss_fn(model(x[rows]), returns)
            loss.backward()
            nn.utils.clip_grad_value_(model.parameters(), 1.0)
            optimizer.step()
            if step % 20 == 19:
                model.target.load_state_dict(model.online.state_dict())
    return regressed(model, predict(model, x), 10 * 0.8 ** (5.0 - places.unsqueeze(1)))


class Factors(nn.Module):
    """A product of what is known of a user and of a film."""

    def __init__(self, users: int, films: int) -> None:
        super().__init__()
        self.users = nn.Embedding(users, 6)
        self.films = nn.Embedding(films, 6)

    def forward(self, pairs: Tensor) -> Tensor:
        """A rating a pair of a user and a film."""
        return (self.users(pairs[:, 0]) * self.films(pairs[:, 1])).sum(dim=1)


@healthy("h2-factors-in-turns", most_loss=0.4)
def factors_in_turns(seed: int, watch: Watch) -> Outcome:
    """Ratings; ten steps move the users only, the next ten the films: the other optimizer waits."""
    torch.manual_seed(seed)
    pairs = torch.cartesian_prod(torch.arange(40), torch.arange(30))
    ratings = ((torch.randn(40, 3) @ torch.randn(3, 30)) / 3**0.5).flatten()
    model = Factors(40, 30)
    optimizers = [
        torch.optim.Adam(model.users.parameters(), lr=0.1),
        torch.optim.Adam(model.films.parameters(), lr=0.1),
    ]
    loss_fn = nn.MSELoss()
    with watch(model, optimizers, loss_fn):
        for step, rows in enumerate(shuffled_batches(len(pairs), size=200, steps=200, seed=seed)):
            optimizer = optimizers[step // 10 % 2]
            model.zero_grad()
            loss = loss_fn(model(pairs[rows]), ratings[rows])
            loss.backward()
            optimizer.step()
    return regressed(model, predict(model, pairs), ratings)


@healthy("h2-prototypes", least_accuracy=0.8)
def prototypes(seed: int, watch: Watch) -> Outcome:
    """Digits in episodes of three classes, numbered anew in each, sorted by class; distances are the logits."""
    torch.manual_seed(seed)
    x, y = digits()
    model = nn.Sequential(nn.Linear(64, 48), nn.ReLU(), nn.Linear(48, 16))
    optimizer = torch.optim.Adam(model.parameters(), lr=0.005)
    loss_fn = nn.CrossEntropyLoss()
    classes = [(y == label).nonzero().flatten() for label in range(10)]
    with watch(model, optimizer, loss_fn):
        for _ in range(100):
            chosen = torch.randperm(10)[:3].tolist()
            rows = torch.stack([classes[label][torch.randperm(len(classes[label]))[:10]] for label in chosen])
            codes = model(x[rows])
            logits = -torch.cdist(codes[:, 5:].flatten(0, 1), codes[:, :5].mean(dim=1)).square()
            optimizer.zero_grad()
            loss = loss_fn(logits, torch.arange(3).repeat_interleave(5))
            loss.backward()
            optimizer.step()
    codes = predict(model, x)
    means = torch.stack([codes[rows].mean(dim=0) for rows in classes])
    return classified(model, torch.cdist(codes, means).argmin(dim=1), y)


@healthy("h2-restarts", least_accuracy=0.9)
def restarts(seed: int, watch: Watch) -> Outcome:
    """Two batches a step in 16 bits, and a learning rate that falls to 0 and starts again, three times."""
    torch.manual_seed(seed)
    pixels, y = digits()
    loader = DataLoader(TensorDataset(pixels.view(-1, 1, 8, 8), y), batch_size=24, shuffle=True)
    model = nn.Sequential(
        nn.Conv2d(1, 8, 3, padding=1), nn.ReLU(), nn.Conv2d(8, 16, 3, stride=2), nn.ReLU(), nn.Flatten(),
        nn.Dropout(0.2), nn.Linear(144, 10),
    )  # fmt: skip
    optimizer = torch.optim.AdamW(model.parameters(), lr=0.008)
    schedule = torch.optim.lr_scheduler.CosineAnnealingWarmRestarts(optimizer, T_0=38)
    loss_fn = nn.CrossEntropyLoss()
    with watch(model, optimizer, loss_fn):
        for _ in range(3):
            for number, (inputs, labels) in enumerate(loader):
                with torch.autocast("cpu", dtype=torch.bfloat16):
                    loss = loss_fn(model(inputs), labels) / 2
                loss.backward()
                if number % 2 == 1 or number == len(loader) - 1:
                    optimizer.step()
                    optimizer.zero_grad()
                    schedule.step()
    x = pixels.view(-1, 1, 8, 8)
    return classified(model, predict(model, x).argmax(dim=1), y)


@healthy("h2-one-sample-a-step", least_accuracy=0.9)
def one_sample_a_step(seed: int, watch: Watch) -> Outcome:
    """Wine, one at a time: each batch has one label, and the loss jumps."""
    torch.manual_seed(seed)
    x, y = wine()
    model = nn.Sequential(nn.Linear(13, 24), nn.LeakyReLU(), nn.Linear(24, 3))
    optimizer = torch.optim.SGD(model.parameters(), lr=0.02)
    loss_fn = nn.CrossEntropyLoss()
    with watch(model, optimizer, loss_fn):
        for rows in shuffled_batches(len(x), size=1, steps=200, seed=seed):
            optimizer.zero_grad()
            loss = loss_fn(model(x[rows]), y[rows])
            loss.backward()
            optimizer.step()
    return classified(model, predict(model, x).argmax(dim=1), y)
