"""Networks of which a part is left out of training, works against it, or is another one in use than in training."""

import torch
from torch import Tensor, nn

from benchmarks.deep_localize.data import digits, shuffled_batches
from benchmarks.deep_localize.outcome import classified, predict, regressed
from benchmarks.deep_localize.program import Outcome, Watch, faulty


class Body(nn.Module):
    """Three narrow layers; in a plain list, the module does not know of them."""

    def __init__(self, registered: bool) -> None:
        super().__init__()
        layers = [nn.Linear(64, 8), nn.Linear(8, 8), nn.Linear(8, 8)]
        self.layers = nn.ModuleList(layers) if registered else layers

    def forward(self, pixels: Tensor) -> Tensor:
        """Features, a row a picture."""
        features = pixels
        for layer in self.layers:
            features = torch.tanh(layer(features))
        return features


class DigitsReader(nn.Module):
    """A body and a linear layer on it."""

    def __init__(self, registered: bool) -> None:
        super().__init__()
        self.body = Body(registered)
        self.last = nn.Linear(8, 10)

    def forward(self, pixels: Tensor) -> Tensor:
        """The logits, a row a picture."""
        return self.last(self.body(pixels))


@faulty(
    "H2-plain-list",
    kind="contract",
    phase={"update", "backward"},
    place={"body", "optimizer"},
    fix="the layers are in a ModuleList, so that the optimizer gets their weights",
    changes={"network", "optimizer"},
)
def plain_list(fixed: bool, seed: int, watch: Watch) -> Outcome:
    """Digits: all but the last layer stay as they were drawn."""
    torch.manual_seed(seed)
    x, y = digits()
    model = DigitsReader(registered=fixed)
    optimizer = torch.optim.Adam(model.parameters(), lr=0.01)
    loss_fn = nn.CrossEntropyLoss()
    with watch(model, optimizer, loss_fn):
        for rows in shuffled_batches(len(x), size=32, steps=200, seed=seed):
            optimizer.zero_grad()
            loss = loss_fn(model(x[rows]), y[rows])
            loss.backward()
            optimizer.step()
    return classified(model, predict(model, x).argmax(dim=1), y)


@faulty(
    "H2-batch-norm-memory",
    kind="dynamic",
    phase={"forward"},
    place={"1"},
    fix="the momentum is 0.1; 0.001 is what other libraries, where it means the opposite, call 0.999",
    changes={"network"},
)
def batch_norm_memory(fixed: bool, seed: int, watch: Watch) -> Outcome:
    """Digits as pictures of heat, 20 to 36 degrees: the loss falls, but the means kept for later are still nearly 0."""
    torch.manual_seed(seed)
    pixels, y = digits()
    x = 20 + 16 * pixels.view(-1, 1, 8, 8)
    model = nn.Sequential(
        nn.Conv2d(1, 12, 3), nn.BatchNorm2d(12, momentum=0.1 if fixed else 0.001), nn.ReLU(),
        nn.MaxPool2d(2), nn.Flatten(), nn.Linear(108, 10),
    )  # fmt: skip
    optimizer = torch.optim.Adam(model.parameters(), lr=0.003)
    loss_fn = nn.CrossEntropyLoss()
    with watch(model, optimizer, loss_fn):
        for rows in shuffled_batches(len(x), size=64, steps=80, seed=seed):
            optimizer.zero_grad()
            loss = loss_fn(model(x[rows]), y[rows])
            loss.backward()
            optimizer.step()
    return classified(model, predict(model, x).argmax(dim=1), y)


class Forgers(nn.Module):
    """A generator of points in the plane, and a critic that tells them from true ones."""

    def __init__(self) -> None:
        super().__init__()
        self.generator = nn.Sequential(nn.Linear(3, 24), nn.LeakyReLU(0.2), nn.Linear(24, 2))
        self.critic = nn.Sequential(nn.Linear(2, 24), nn.LeakyReLU(0.2), nn.Linear(24, 1))

    def forward(self, noise: Tensor) -> Tensor:
        """Points, a row a draw."""
        return self.generator(noise)


@faulty(
    "H2-detached-forgeries",
    kind="contract",
    phase={"backward"},
    place={"generator", "generator.0", "generator.1", "generator.2"},
    fix="the forgeries are detached where the critic learns, and not where the generator does",
    changes={"step"},
)
def detached_forgeries(fixed: bool, seed: int, watch: Watch) -> Outcome:
    """Points around (3, -2): the generator's loss has no way back to it."""
    torch.manual_seed(seed)
    true = torch.tensor([3.0, -2.0]) + 0.6 * torch.randn(1000, 2)
    model = Forgers()
    generator_optimizer = torch.optim.Adam(model.generator.parameters(), lr=0.01, betas=(0.5, 0.9))
    critic_optimizer = torch.optim.Adam(model.critic.parameters(), lr=0.01, betas=(0.5, 0.9))
    loss_fn = nn.BCEWithLogitsLoss()
    with watch(model, [generator_optimizer, critic_optimizer], loss_fn):
        for rows in shuffled_batches(len(true), size=100, steps=180, seed=seed):
            ones, zeros = torch.ones(len(rows), 1), torch.zeros(len(rows), 1)
            forged = model(torch.randn(len(rows), 3))
            critic_optimizer.zero_grad()
            critic_loss = loss_fn(model.critic(true[rows]), ones) + loss_fn(model.critic(forged.detach()), zeros)
            critic_loss.backward()
            critic_optimizer.step()
            generator_optimizer.zero_grad()
            generator_loss = loss_fn(model.critic(forged if fixed else forged.detach()), ones)
            generator_loss.backward()
            generator_optimizer.step()
    forged = predict(model, torch.randn(len(true), 3))
    return regressed(model, forged.sort(dim=0).values, true.sort(dim=0).values)


@faulty(
    "H2-triplet-swapped",
    kind="dynamic",
    phase={"loss", "input"},
    place={"loss", "labels", "input"},
    fix="the loss is given the one alike before the one that differs",
    changes={"step"},
)
def triplet_swapped(fixed: bool, seed: int, watch: Watch) -> Outcome:
    """Digits in the plane: codes of a class are pushed apart and pulled to others. The nearest mean says the class."""
    torch.manual_seed(seed)
    x, y = digits()
    model = nn.Sequential(nn.Linear(64, 64), nn.ReLU(), nn.Linear(64, 4))
    optimizer = torch.optim.Adam(model.parameters(), lr=0.005)
    loss_fn = nn.TripletMarginLoss(margin=1.0)
    classes = [(y == label).nonzero().flatten() for label in range(10)]
    with watch(model, optimizer, loss_fn):
        for rows in shuffled_batches(len(x), size=64, steps=100, seed=seed):
            others = (y[rows] + torch.randint(1, 10, (len(rows),))) % 10
            alike = torch.stack([classes[label][torch.randint(170, ())] for label in y[rows]])
            unlike = torch.stack([classes[label][torch.randint(170, ())] for label in others])
            anchor, positive, negative = model(x[torch.stack([rows, alike, unlike])])
            optimizer.zero_grad()
            loss = loss_fn(anchor, positive, negative) if fixed else loss_fn(anchor, negative, positive)
            loss.backward()
            optimizer.step()
    codes = predict(model, x)
    means = torch.stack([codes[rows].mean(dim=0) for rows in classes])
    return classified(model, torch.cdist(codes, means).argmin(dim=1), y)
