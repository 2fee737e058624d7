"""Masks of an attention layer, where True is what is not looked at."""

import torch
from torch import Tensor, nn

from benchmarks.deep_localize.data import shuffled_batches
from benchmarks.deep_localize.holdout2.data import number_of_words, texts
from benchmarks.deep_localize.outcome import classified, predict
from benchmarks.deep_localize.program import Outcome, Watch, faulty


class Reader(nn.Module):
    """A learned query looks at the words of a text; a linear layer says the class.

    inverted: the words are masked, not the padding.
    sees_first: the first position is never masked, so that an empty text has something to look at.
    """

    def __init__(self, words: int, classes: int, *, inverted: bool, sees_first: bool) -> None:
        super().__init__()
        self.inverted, self.sees_first = inverted, sees_first
        self.embedding = nn.Embedding(words, 16)
        self.query = nn.Parameter(torch.randn(1, 1, 16))
        self.attention = nn.MultiheadAttention(16, 2, batch_first=True)
        self.norm = nn.LayerNorm(16)
        self.last = nn.Linear(16, classes)

    def forward(self, texts: Tensor) -> Tensor:
        """The logits, a row a text, which is padded with 0."""
        mask = texts != 0 if self.inverted else texts == 0
        if self.sees_first:
            mask = torch.cat([torch.zeros_like(mask[:, :1]), mask[:, 1:]], dim=1)
        words = self.embedding(texts)
        seen, _ = self.attention(self.query.expand(len(texts), -1, -1), words, words, key_padding_mask=mask)
        return self.last(self.norm(seen.squeeze(1)))


@faulty(
    "H2-inverted-mask",
    kind="contract",
    phase={"forward", "backward"},
    place={"attention", "embedding"},
    fix="the mask is True for the padding, not for the words",
    changes={"step"},
)
def inverted_mask(fixed: bool, seed: int, watch: Watch) -> Outcome:
    """Texts of five classes: all that is looked at is padding, and no word's embedding gets a gradient."""
    torch.manual_seed(seed)
    x, y = texts(600, classes=5)
    model = Reader(number_of_words(5), 5, inverted=not fixed, sees_first=False)
    optimizer = torch.optim.AdamW(model.parameters(), lr=0.01)
    loss_fn = nn.CrossEntropyLoss()
    with watch(model, optimizer, loss_fn):
        for rows in shuffled_batches(len(x), size=50, steps=70, seed=seed):
            optimizer.zero_grad()
            loss = loss_fn(model(x[rows]), y[rows])
            loss.backward()
            optimizer.step()
    return classified(model, predict(model, x).argmax(dim=1), y)


@faulty(
    "H2-all-masked",
    kind="numerical",
    phase={"forward", "input"},
    place={"attention", "input"},
    fix="the first position is never masked",
    changes={"step"},
)
def all_masked(fixed: bool, seed: int, watch: Watch) -> Outcome:
    """Of some texts the cleaning left nothing: a softmax of nothing but minus infinity is no number."""
    torch.manual_seed(seed)
    x, y = texts(600, classes=5)
    x[torch.rand(len(x)) < 0.02] = 0
    x[7] = 0
    model = Reader(number_of_words(5), 5, inverted=False, sees_first=fixed)
    optimizer = torch.optim.AdamW(model.parameters(), lr=0.01)
    loss_fn = nn.CrossEntropyLoss(label_smoothing=0.05)
    with watch(model, optimizer, loss_fn):
        for rows in shuffled_batches(len(x), size=50, steps=70, seed=seed):
            optimizer.zero_grad()
            loss = loss_fn(model(x[rows]), y[rows])
            loss.backward()
            nn.utils.clip_grad_norm_(model.parameters(), 5.0)
            optimizer.step()
    return classified(model, predict(model, x).argmax(dim=1), y)
