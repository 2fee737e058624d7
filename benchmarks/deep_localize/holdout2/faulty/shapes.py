"""Tensors of the right shape with the wrong numbers in them: axes mixed up, one side for both, answers cut off."""

import torch
from torch import Tensor, nn

from benchmarks.deep_localize.data import digits, shuffled_batches
from benchmarks.deep_localize.holdout2.data import gestures, pairs, squares
from benchmarks.deep_localize.outcome import classified, predict
from benchmarks.deep_localize.program import Outcome, Watch, faulty


class Tagger(nn.Module):
    """Says a tag for each word of a text, from the word and what is around it."""

    def __init__(self, words: int, tags: int) -> None:
        super().__init__()
        self.embedding = nn.Embedding(words, 12)
        self.lstm = nn.LSTM(12, 12, batch_first=True, bidirectional=True)
        self.last = nn.Linear(24, tags)

    def forward(self, texts: Tensor) -> Tensor:
        """The logits, of shape (text, word, tag)."""
        states, _ = self.lstm(self.embedding(texts))
        return self.last(states)


@faulty(
    "H2-view-for-permute",
    kind="contract",
    phase={"loss", "forward"},
    place={"loss", "last"},
    fix="the axes of the logits are swapped, not cut anew from the same numbers",
    changes={"step"},
)
def view_for_permute(fixed: bool, seed: int, watch: Watch) -> Outcome:
    """Ten words a text: the loss wants (text, tag, word), and a view of that shape holds other words' numbers."""
    torch.manual_seed(seed)
    x = torch.randint(0, 40, (500, 10))
    y = (x % 4 + (x.roll(1, dims=1) < 20).long() * 2) % 4
    model = Tagger(words=40, tags=4)
    optimizer = torch.optim.Adam(model.parameters(), lr=0.02)
    loss_fn = nn.CrossEntropyLoss()
    with watch(model, optimizer, loss_fn):
        for rows in shuffled_batches(len(x), size=50, steps=120, seed=seed):
            optimizer.zero_grad()
            logits = model(x[rows])
            loss = loss_fn(logits.permute(0, 2, 1) if fixed else logits.view(len(rows), 4, 10), y[rows])
            loss.backward()
            optimizer.step()
    return classified(model, predict(model, x).argmax(dim=2), y)


class GestureReader(nn.Module):
    """Reads a movement and says its class after the last step; ``batch_first`` as in ``nn.LSTM``."""

    def __init__(self, batch_first: bool) -> None:
        super().__init__()
        self.lstm = nn.LSTM(3, 24, batch_first=batch_first)
        self.last = nn.Linear(24, 4)

    def forward(self, movements: Tensor) -> Tensor:
        """The logits, a row a movement of shape (sample, step, axis)."""
        states, _ = self.lstm(movements)
        return self.last(states[:, -1])


@faulty(
    "H2-lstm-batch-second",
    kind="contract",
    phase={"forward", "input"},
    place={"lstm", "input"},
    fix="the layer is told that samples are on the first axis",
    changes={"network"},
)
def lstm_batch_second(fixed: bool, seed: int, watch: Watch) -> Outcome:
    """The state goes from sample to sample, and each movement is known by its last step only, which is noise."""
    torch.manual_seed(seed)
    x, y = gestures(600)
    model = GestureReader(batch_first=fixed)
    optimizer = torch.optim.Adam(model.parameters(), lr=0.01)
    loss_fn = nn.CrossEntropyLoss()
    with watch(model, optimizer, loss_fn):
        for rows in shuffled_batches(len(x), size=40, steps=80, seed=seed):
            optimizer.zero_grad()
            loss = loss_fn(model(x[rows]), y[rows])
            loss.backward()
            nn.utils.clip_grad_norm_(model.parameters(), 1.0)
            optimizer.step()
    return classified(model, predict(model, x).argmax(dim=1), y)


class SameOrNot(nn.Module):
    """One encoder for both sides of a pair, and a head on how far apart the codes are in each feature."""

    def __init__(self, second: int) -> None:
        super().__init__()
        self.second = second
        self.encoder = nn.Sequential(nn.Linear(64, 48), nn.ReLU(), nn.Linear(48, 16))
        self.head = nn.Sequential(nn.Linear(16, 16), nn.ReLU(), nn.Linear(16, 1))

    def forward(self, pair: Tensor) -> Tensor:
        """A logit a pair, of shape (sample, 2, pixel)."""
        left, right = self.encoder(pair[:, 0]), self.encoder(pair[:, self.second])
        return self.head((left - right).abs()).squeeze(1)


@faulty(
    "H2-same-side-twice",
    kind="contract",
    phase={"forward", "backward"},
    place={"head", "head.0", "encoder", "encoder.0", "encoder.1", "encoder.2"},
    fix="the encoder is given the other side too, not one side twice",
    changes={"step"},
)
def same_side_twice(fixed: bool, seed: int, watch: Watch) -> Outcome:
    """Pairs of digits: a picture does not differ from itself, so the head sees zeros and the encoder no gradient."""
    torch.manual_seed(seed)
    x, same = pairs(*digits(), samples=1500)
    y = same.float()
    model = SameOrNot(second=1 if fixed else 0)
    optimizer = torch.optim.Adam(model.parameters(), lr=0.005)
    loss_fn = nn.BCEWithLogitsLoss()
    with watch(model, optimizer, loss_fn):
        for rows in shuffled_batches(len(x), size=64, steps=150, seed=seed):
            optimizer.zero_grad()
            loss = loss_fn(model(x[rows]), y[rows])
            loss.backward()
            optimizer.step()
    return classified(model, predict(model, x) > 0, same)


def dice_loss(covered: Tensor, masks: Tensor) -> Tensor:
    """One less the overlap of two masks, 0 to 1, over the sum of their areas."""
    return 1 - 2 * (covered * masks).sum() / (covered.sum() + masks.sum() + 1e-6)


@faulty(
    "H2-hard-dice",
    kind="contract",
    phase={"backward", "loss"},
    place={"loss", "4"},
    fix="the loss takes probabilities; an answer that was compared with a threshold has no gradient",
    changes={"step"},
)
def hard_dice(fixed: bool, seed: int, watch: Watch) -> Outcome:
    """Squares in pictures; the error about the missing gradient was silenced by asking the loss for one."""
    torch.manual_seed(seed)
    x, masks = squares(200)
    model = nn.Sequential(
        nn.Conv2d(1, 8, 3, padding=1), nn.ReLU(), nn.Conv2d(8, 8, 3, padding=1), nn.ReLU(), nn.Conv2d(8, 1, 1)
    )
    optimizer = torch.optim.Adam(model.parameters(), lr=0.01)
    with watch(model, optimizer, dice_loss):
        for rows in shuffled_batches(len(x), size=20, steps=60, seed=seed):
            optimizer.zero_grad()
            logits = model(x[rows])
            if fixed:
                loss = dice_loss(logits.sigmoid(), masks[rows])
            else:
                loss = dice_loss((logits > 0).float(), masks[rows]).requires_grad_()
            loss.backward()
            optimizer.step()
    return classified(model, predict(model, x) > 0, masks)
