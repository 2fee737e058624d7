"""Sound networks whose tensors break a naive rule: several outputs, integer inputs, parameters with two names."""

import torch
from torch import Tensor, nn

from benchmarks.deep_localize.data import digits, shuffled_batches
from benchmarks.deep_localize.outcome import classified, predict
from benchmarks.deep_localize.program import Outcome, Watch, healthy


class RowReader(nn.Module):
    """Reads a picture row by row; the LSTM answers with a tuple."""

    def __init__(self) -> None:
        super().__init__()
        self.lstm = nn.LSTM(8, 32, batch_first=True)
        self.last = nn.Linear(32, 10)

    def forward(self, rows: Tensor) -> Tensor:
        """The logits, a row a picture."""
        states, _ = self.lstm(rows)
        return self.last(states[:, -1])


@healthy("lstm", least_accuracy=0.5)
def lstm(seed: int, watch: Watch) -> Outcome:
    """Digits as sequences of 8 rows, with the gradient clipped as usual."""
    torch.manual_seed(seed)
    pixels, y = digits()
    x = pixels.view(-1, 8, 8)
    model = RowReader()
    optimizer = torch.optim.Adam(model.parameters(), lr=0.01)
    loss_fn = nn.CrossEntropyLoss()
    with watch(model, optimizer, loss_fn):
        for rows in shuffled_batches(len(x), size=32, steps=150, seed=seed):
            optimizer.zero_grad()
            loss = loss_fn(model(x[rows]), y[rows])
            loss.backward()
            nn.utils.clip_grad_norm_(model.parameters(), 1.0)
            optimizer.step()
    return classified(model, predict(model, x).argmax(dim=1), y)


class BagOfWords(nn.Module):
    """The mean of the words' embeddings, then a linear layer; word 0 fills up short texts."""

    def __init__(self, words: int) -> None:
        super().__init__()
        self.embedding = nn.Embedding(words, 16, padding_idx=0)
        self.last = nn.Linear(16, 2)

    def forward(self, texts: Tensor) -> Tensor:
        """The logits, a row a text."""
        return self.last(self.embedding(texts).mean(dim=1))


@healthy("embedding", least_accuracy=0.75)
def embedding(seed: int, watch: Watch) -> Outcome:
    """Texts of 20 word numbers up to 499, 10 of them telling; most embeddings get no gradient in a step."""
    torch.manual_seed(seed)
    y = torch.arange(1000).remainder(2)
    x = torch.randint(20, 500, (1000, 20))
    x[:, :4] = torch.randint(1, 6, (1000, 4)) + 5 * y.unsqueeze(1)
    x[::3, 15:] = 0
    model = BagOfWords(500)
    optimizer = torch.optim.Adam(model.parameters(), lr=0.02)
    loss_fn = nn.CrossEntropyLoss()
    with watch(model, optimizer, loss_fn):
        for rows in shuffled_batches(len(x), size=32, steps=150, seed=seed):
            optimizer.zero_grad()
            loss = loss_fn(model(x[rows]), y[rows])
            loss.backward()
            optimizer.step()
    return classified(model, predict(model, x).argmax(dim=1), y)


class TiedLanguageModel(nn.Module):
    """Predicts the next of 30 words; embedding and last layer share one matrix."""

    def __init__(self) -> None:
        super().__init__()
        self.embedding = nn.Embedding(30, 24)
        self.hidden = nn.Linear(24, 24)
        self.last = nn.Linear(24, 30, bias=False)
        self.last.weight = self.embedding.weight

    def forward(self, words: Tensor) -> Tensor:
        """The logits of each next word."""
        return self.last(torch.tanh(self.hidden(self.embedding(words))))


@healthy("weight-tying", least_accuracy=0.5)
def weight_tying(seed: int, watch: Watch) -> Outcome:
    """Words of which each mostly has one that follows it."""
    torch.manual_seed(seed)
    follower = torch.randperm(30)
    words = torch.randint(0, 30, (2000,))
    following = torch.where(torch.rand(2000) < 0.9, follower[words], torch.randint(0, 30, (2000,)))
    model = TiedLanguageModel()
    optimizer = torch.optim.Adam(model.parameters(), lr=0.01)
    loss_fn = nn.CrossEntropyLoss()
    with watch(model, optimizer, loss_fn):
        for rows in shuffled_batches(len(words), size=64, steps=200, seed=seed):
            optimizer.zero_grad()
            loss = loss_fn(model(words[rows]), following[rows])
            loss.backward()
            optimizer.step()
    return classified(model, predict(model, words).argmax(dim=1), following)


class TwoHeads(nn.Module):
    """A common layer, then one head for the digit and one for how much ink there is."""

    def __init__(self) -> None:
        super().__init__()
        self.common = nn.Sequential(nn.Linear(64, 64), nn.ReLU())
        self.digit = nn.Linear(64, 10)
        self.ink = nn.Linear(64, 1)

    def forward(self, pixels: Tensor) -> tuple[Tensor, Tensor]:
        """The logits of the digits and the amount of ink."""
        common = self.common(pixels)
        return self.digit(common), self.ink(common)


@healthy("two-heads", least_accuracy=0.8)
def two_heads(seed: int, watch: Watch) -> Outcome:
    """Two losses, summed; there is no one loss function to tell the watch."""
    torch.manual_seed(seed)
    x, y = digits()
    ink = x.mean(dim=1, keepdim=True)
    model = TwoHeads()
    optimizer = torch.optim.Adam(model.parameters(), lr=0.005)
    digit_loss, ink_loss = nn.CrossEntropyLoss(), nn.MSELoss()
    with watch(model, optimizer, None):
        for rows in shuffled_batches(len(x), size=32, steps=150, seed=seed):
            optimizer.zero_grad()
            digit_answer, ink_answer = model(x[rows])
            loss = digit_loss(digit_answer, y[rows]) + ink_loss(ink_answer, ink[rows])
            loss.backward()
            optimizer.step()
    with torch.no_grad():
        return classified(model, model(x)[0].argmax(dim=1), y)
