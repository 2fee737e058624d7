"""Targets that lost what they said before they reached the loss."""

import torch
from torch import Tensor, nn

from benchmarks.deep_localize.data import shuffled_batches
from benchmarks.deep_localize.holdout.data import low_rank
from benchmarks.deep_localize.outcome import classified, predict, regressed
from benchmarks.deep_localize.program import Outcome, Watch, faulty


@faulty(
    "HO-truncated-targets",
    kind="dynamic",
    phase={"input"},
    place={"labels"},
    fix="targets kept as floating-point numbers",
    changes={"labels"},
)
def truncated_targets(fixed: bool, seed: int, watch: Watch) -> Outcome:
    """Shares between 0 and 1 that were made whole numbers on the way: all are 0."""
    torch.manual_seed(seed)
    x = low_rank(600, columns=12, causes=3)
    shares = (x @ torch.randn(12, 1)).sigmoid()
    y = shares if fixed else shares.long().float()
    model = nn.Sequential(nn.Linear(12, 24), nn.ReLU(), nn.Linear(24, 1), nn.Sigmoid())
    optimizer = torch.optim.Adam(model.parameters(), lr=0.02)
    loss_fn = nn.MSELoss()
    with watch(model, optimizer, loss_fn):
        for rows in shuffled_batches(len(x), size=32, steps=150, seed=seed):
            optimizer.zero_grad()
            loss = loss_fn(model(x[rows]), y[rows])
            loss.backward()
            optimizer.step()
    return regressed(model, predict(model, x), shares)


class LanguageModel(nn.Module):
    """Says for each word which comes next."""

    def __init__(self) -> None:
        super().__init__()
        self.embedding = nn.Embedding(30, 24)
        self.gru = nn.GRU(24, 24, batch_first=True)
        self.last = nn.Linear(24, 30)

    def forward(self, words: Tensor) -> Tensor:
        """The logits, of shape (text, word, next word)."""
        states, _ = self.gru(self.embedding(words))
        return self.last(states)


@faulty(
    "HO-unshifted-targets",
    kind="contract",
    phase={"input"},
    place={"labels"},
    fix="the targets are the words shifted by one",
    changes={"labels"},
    headline=False,  # its loss falls as in the best of trainings, and an autoencoder's targets are its inputs too
)
def unshifted_targets(fixed: bool, seed: int, watch: Watch) -> Outcome:
    """Texts in which each word mostly has one that follows it; the model learns to repeat what it is given."""
    torch.manual_seed(seed)
    follower = torch.randperm(30)
    texts = torch.randint(0, 30, (400, 9))
    for position in range(1, 9):
        follows = torch.rand(400) < 0.9
        texts[follows, position] = follower[texts[follows, position - 1]]
    x, following = texts[:, :-1], texts[:, 1:]
    y = following if fixed else x
    model = LanguageModel()
    optimizer = torch.optim.Adam(model.parameters(), lr=0.01)
    loss_fn = nn.CrossEntropyLoss()
    with watch(model, optimizer, loss_fn):
        for rows in shuffled_batches(len(x), size=32, steps=150, seed=seed):
            optimizer.zero_grad()
            loss = loss_fn(model(x[rows]).flatten(0, 1), y[rows].flatten())
            loss.backward()
            optimizer.step()
    return classified(model, predict(model, x).argmax(dim=2), following)
