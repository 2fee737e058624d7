"""Updates that go nowhere, or that something else takes back."""

import copy

import torch
from torch import Tensor, nn

from benchmarks.deep_localize.data import digits, shuffled_batches
from benchmarks.deep_localize.holdout2.data import gestures, measures
from benchmarks.deep_localize.outcome import classified, predict, regressed
from benchmarks.deep_localize.program import Outcome, Watch, faulty


class GestureTransformer(nn.Module):
    """A transformer over the steps of a movement, with learned positions; the mean of its answers is classified."""

    def __init__(self) -> None:
        super().__init__()
        self.embed = nn.Linear(3, 16)
        self.positions = nn.Parameter(0.02 * torch.randn(16, 16))
        self.layer = nn.TransformerEncoderLayer(16, 2, 32, dropout=0.0, batch_first=True, norm_first=True)
        self.last = nn.Linear(16, 4)

    def forward(self, movements: Tensor) -> Tensor:
        """The logits, a row a movement."""
        return self.last(self.layer(self.embed(movements) + self.positions).mean(dim=1))


@faulty(
    "H2-integer-warm-up",
    kind="dynamic",
    phase={"update"},
    place={"optimizer"},
    fix="the step is divided by the length of the warm-up, and not rounded down",
    changes={"optimizer"},
)
def integer_warm_up(fixed: bool, seed: int, watch: Watch) -> Outcome:
    """Movements: the learning rate is 0 until the last step of the warm-up, which is as long as a training for days."""
    torch.manual_seed(seed)
    x, y = gestures(500)
    model = GestureTransformer()
    optimizer = torch.optim.AdamW(model.parameters(), lr=0.02)
    schedule = torch.optim.lr_scheduler.LambdaLR(
        optimizer, lambda step: (step + 1) / 300 if fixed else (step + 1) // 300
    )
    loss_fn = nn.CrossEntropyLoss()
    with watch(model, optimizer, loss_fn):
        for rows in shuffled_batches(len(x), size=32, steps=80, seed=seed):
            optimizer.zero_grad()
            loss = loss_fn(model(x[rows]), y[rows])
            loss.backward()
            nn.utils.clip_grad_norm_(model.parameters(), 1.0)
            optimizer.step()
            schedule.step()
    return classified(model, predict(model, x).argmax(dim=1), y)


@faulty(
    "H2-swapped-betas",
    kind="dynamic",
    phase={"update"},
    place={"optimizer"},
    fix="the momentum is 0.9 and the memory of squares 0.999, not the other way round",
    changes={"optimizer"},
)
def swapped_betas(fixed: bool, seed: int, watch: Watch) -> Outcome:
    """Five answers: each step goes the way of the mean gradient since the beginning, however little is left of it."""
    torch.manual_seed(seed)
    x, y = measures(800, 16, 5)
    model = nn.Sequential(nn.Linear(16, 64), nn.ELU(), nn.Linear(64, 64), nn.ELU(), nn.Linear(64, 5))
    optimizer = torch.optim.Adam(model.parameters(), lr=0.03, betas=(0.9, 0.999) if fixed else (0.999, 0.9))
    loss_fn = nn.MSELoss()
    with watch(model, optimizer, loss_fn):
        for rows in shuffled_batches(len(x), size=50, steps=150, seed=seed):
            optimizer.zero_grad()
            loss = loss_fn(model(x[rows]), y[rows])
            loss.backward()
            optimizer.step()
    return regressed(model, predict(model, x), y)


@faulty(
    "H2-clip-before-unscale",
    kind="dynamic",
    phase={"update", "backward"},
    place={"optimizer"},
    fix="gradients are unscaled before they are clipped",
    changes={"step"},
)
def clip_before_unscale(fixed: bool, seed: int, watch: Watch) -> Outcome:
    """Digits with scaled gradients: clipped to 1 while 65,536 times too large, they are next to nothing afterwards."""
    torch.manual_seed(seed)
    pixels, y = digits()
    x = pixels.view(-1, 1, 8, 8)
    model = nn.Sequential(
        nn.Conv2d(1, 8, 3), nn.BatchNorm2d(8), nn.SiLU(), nn.MaxPool2d(2), nn.Flatten(), nn.Linear(72, 10)
    )
    optimizer = torch.optim.SGD(model.parameters(), lr=0.1, momentum=0.9)
    scaler = torch.amp.GradScaler("cpu")
    loss_fn = nn.CrossEntropyLoss()
    with watch(model, optimizer, loss_fn):
        for rows in shuffled_batches(len(x), size=64, steps=70, seed=seed):
            optimizer.zero_grad()
            with torch.autocast("cpu", dtype=torch.bfloat16):
                loss = loss_fn(model(x[rows]), y[rows])
            scaler.scale(loss).backward()
            if fixed:
                scaler.unscale_(optimizer)
            nn.utils.clip_grad_norm_(model.parameters(), 1.0)
            scaler.step(optimizer)
            scaler.update()
    return classified(model, predict(model, x).argmax(dim=1), y)


@faulty(
    "H2-target-backwards",
    kind="dynamic",
    phase={"update", "forward"},
    place={"0", "2", "4", "optimizer"},
    fix="the target network is given the trained one's weights, not the trained one the target's",
    changes={"step"},
)
def target_backwards(fixed: bool, seed: int, watch: Watch) -> Outcome:
    """The value of each place on a walk of six, which ends in a reward: every 10 steps, what was learned is undone."""
    torch.manual_seed(seed)
    places = torch.arange(600) % 6
    x = nn.functional.one_hot(places, 6).float()
    following = nn.functional.one_hot((places + 1) % 6, 6).float()
    end = (places == 5).float().unsqueeze(1)
    model = nn.Sequential(nn.Linear(6, 32), nn.ReLU(), nn.Linear(32, 32), nn.ReLU(), nn.Linear(32, 1))
    target = copy.deepcopy(model)
    optimizer = torch.optim.Adam(model.parameters(), lr=0.01)
    loss_fn = nn.HuberLoss()
    with watch(model, optimizer, loss_fn):
        for step, rows in enumerate(shuffled_batches(len(x), size=60, steps=200, seed=seed)):
            with torch.no_grad():
                returns = 3 * end[rows] + 0.8 * (1 - end[rows]) * target(following[rows])
            optimizer.zero_grad()
            loss = loss_fn(model(x[rows]), returns)
            loss.backward()
            optimizer.step()
            if step % 10 == 9:
                if fixed:
                    target.load_state_dict(model.state_dict())
                else:
                    model.load_state_dict(target.state_dict())
    return regressed(model, predict(model, x), 3 * 0.8 ** (5.0 - places.unsqueeze(1)))


@faulty(
    "H2-stuck-in-bfloat16",
    kind="dynamic",
    phase={"update"},
    place={"optimizer", "0", "2"},
    fix="steps that are not rounded away: the weights are kept in 32 bits",
    changes={"input", "weights"},
)
def stuck_in_bfloat16(fixed: bool, seed: int, watch: Watch) -> Outcome:
    """Digits with weights of 8 bits of precision: what a step adds is less than half the last of them."""
    torch.manual_seed(seed)
    pixels, y = digits()
    dtype = torch.float32 if fixed else torch.bfloat16
    x = pixels.to(dtype)
    model = nn.Sequential(nn.Linear(64, 64), nn.Tanh(), nn.Linear(64, 10)).to(dtype)
    optimizer = torch.optim.Adam(model.parameters(), lr=2e-4)
    loss_fn = nn.CrossEntropyLoss()
    with watch(model, optimizer, loss_fn):
        for rows in shuffled_batches(len(x), size=32, steps=200, seed=seed):
            optimizer.zero_grad()
            loss = loss_fn(model(x[rows]), y[rows])
            loss.backward()
            optimizer.step()
    return classified(model, predict(model, x).argmax(dim=1), y)
