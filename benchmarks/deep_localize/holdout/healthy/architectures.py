"""Sound networks that look odd: a last layer of zeros, silent units, padding, heads that nobody asks."""

import torch
from torch import Tensor, nn
from torch.nn.utils.parametrizations import weight_norm
from torch.nn.utils.rnn import pack_padded_sequence

from benchmarks.deep_localize.data import digits, shuffled_batches, standardised
from benchmarks.deep_localize.holdout.data import marked_sequences
from benchmarks.deep_localize.outcome import classified, predict
from benchmarks.deep_localize.program import Outcome, Watch, healthy


@healthy("ho-zero-last-layer", least_accuracy=0.9)
def zero_last_layer(seed: int, watch: Watch) -> Outcome:
    """The last layer begins at 0, as in residual networks: in the first step the layers before it get no gradient."""
    torch.manual_seed(seed)
    x, y = digits()
    last = nn.Linear(64, 10)
    nn.init.zeros_(last.weight)
    nn.init.zeros_(last.bias)
    model = nn.Sequential(nn.Linear(64, 64), nn.GELU(), last)
    optimizer = torch.optim.Adam(model.parameters(), lr=0.005)
    loss_fn = nn.CrossEntropyLoss()
    with watch(model, optimizer, loss_fn):
        for rows in shuffled_batches(len(x), size=32, steps=150, seed=seed):
            optimizer.zero_grad()
            loss = loss_fn(model(x[rows]), y[rows])
            loss.backward()
            optimizer.step()
    return classified(model, predict(model, x).argmax(dim=1), y)


class SparseCode(nn.Module):
    """One wide hidden layer whose biases begin below 0."""

    def __init__(self) -> None:
        super().__init__()
        self.first = nn.Linear(64, 128)
        self.activation = nn.ReLU()
        self.last = nn.Linear(128, 10)
        nn.init.constant_(self.first.bias, -0.4)

    def forward(self, pixels: Tensor) -> tuple[Tensor, Tensor]:
        """The logits and the hidden layer's answers."""
        hidden = self.activation(self.first(pixels))
        return self.last(hidden), hidden


@healthy("ho-sparse-units", least_accuracy=0.9)
def sparse_units(seed: int, watch: Watch) -> Outcome:
    """Activity has its price: for each picture three of four units are silent, for all the pictures hardly any."""
    torch.manual_seed(seed)
    pixels, y = digits()
    x = standardised(pixels)
    model = SparseCode()
    optimizer = torch.optim.Adam(model.parameters(), lr=0.003)
    loss_fn = nn.CrossEntropyLoss()
    with watch(model, optimizer, loss_fn):
        for rows in shuffled_batches(len(x), size=32, steps=150, seed=seed):
            optimizer.zero_grad()
            logits, hidden = model(x[rows])
            loss = loss_fn(logits, y[rows]) + 0.5 * hidden.mean()
            loss.backward()
            optimizer.step()
    with torch.no_grad():
        return classified(model, model(x)[0].argmax(dim=1), y)


@healthy("ho-weight-norm", least_accuracy=0.9)
def normed_weights(seed: int, watch: Watch) -> Outcome:
    """Each weight is a length and a direction: the parameters have other names than the layers' weights."""
    torch.manual_seed(seed)
    x, y = digits()
    model = nn.Sequential(weight_norm(nn.Linear(64, 64)), nn.ReLU(), weight_norm(nn.Linear(64, 10)))
    optimizer = torch.optim.SGD(model.parameters(), lr=0.1, momentum=0.9)
    loss_fn = nn.CrossEntropyLoss()
    with watch(model, optimizer, loss_fn):
        for rows in shuffled_batches(len(x), size=32, steps=150, seed=seed):
            optimizer.zero_grad()
            loss = loss_fn(model(x[rows]), y[rows])
            loss.backward()
            optimizer.step()
    return classified(model, predict(model, x).argmax(dim=1), y)


class WithSpareHead(nn.Module):
    """A head for digits, and one that another task uses."""

    def __init__(self) -> None:
        super().__init__()
        self.body = nn.Sequential(nn.Linear(64, 48), nn.ReLU())
        self.digit = nn.Linear(48, 10)
        self.spare = nn.Linear(48, 3)

    def forward(self, pixels: Tensor) -> Tensor:
        """The logits of the digits, a row a picture."""
        return self.digit(self.body(pixels))


@healthy("ho-spare-head", least_accuracy=0.85)
def spare_head(seed: int, watch: Watch) -> Outcome:
    """The optimizer has all parameters, and those of the spare head never get a gradient."""
    torch.manual_seed(seed)
    x, y = digits()
    model = WithSpareHead()
    optimizer = torch.optim.Adam(model.parameters(), lr=0.005)
    loss_fn = nn.CrossEntropyLoss()
    with watch(model, optimizer, loss_fn):
        for rows in shuffled_batches(len(x), size=32, steps=150, seed=seed):
            optimizer.zero_grad()
            loss = loss_fn(model(x[rows]), y[rows])
            loss.backward()
            optimizer.step()
    return classified(model, predict(model, x).argmax(dim=1), y)


class PaddedReader(nn.Module):
    """Reads texts of different lengths, filled up with word 0, as packed sequences."""

    def __init__(self) -> None:
        super().__init__()
        self.embedding = nn.Embedding(40, 12, padding_idx=0)
        self.gru = nn.GRU(12, 24, batch_first=True, bidirectional=True)
        self.last = nn.Linear(48, 2)

    def forward(self, texts: Tensor) -> Tensor:
        """The logits, a row a text."""
        lengths = (texts != 0).sum(dim=1)
        packed = pack_padded_sequence(self.embedding(texts), lengths, batch_first=True, enforce_sorted=False)
        _, states = self.gru(packed)
        return self.last(torch.cat([states[0], states[1]], dim=1))


@healthy("ho-padded", least_accuracy=0.85)
def padded(seed: int, watch: Watch) -> Outcome:
    """Texts of 3 to 10 words, whose class is that of more than half of their words."""
    torch.manual_seed(seed)
    y = torch.arange(800).remainder(2)
    own, other = torch.randint(1, 20, (800, 10)) + 20 * y.unsqueeze(1), torch.randint(1, 20, (800, 10))
    x = torch.where(torch.rand(800, 10) < 0.85, own, other + 20 * (1 - y.unsqueeze(1)))
    x[torch.arange(10) >= torch.randint(3, 11, (800, 1))] = 0
    model = PaddedReader()
    optimizer = torch.optim.Adam(model.parameters(), lr=0.01)
    loss_fn = nn.CrossEntropyLoss()
    with watch(model, optimizer, loss_fn):
        for rows in shuffled_batches(len(x), size=32, steps=120, seed=seed):
            optimizer.zero_grad()
            loss = loss_fn(model(x[rows]), y[rows])
            loss.backward()
            optimizer.step()
    return classified(model, predict(model, x).argmax(dim=1), y)


class MaskedTransformer(nn.Module):
    """A transformer layer with a token for the answer in front; steps of zeros are padding and left out."""

    def __init__(self) -> None:
        super().__init__()
        self.project = nn.Linear(5, 32)
        self.token = nn.Parameter(torch.zeros(1, 1, 32))
        self.layer = nn.TransformerEncoderLayer(
            32, 4, dim_feedforward=64, dropout=0.1, batch_first=True, norm_first=True
        )
        self.last = nn.Linear(32, 4)

    def forward(self, sequences: Tensor) -> Tensor:
        """The logits, a row a sequence."""
        steps = torch.cat([self.token.expand(len(sequences), -1, -1), self.project(sequences)], dim=1)
        padding = nn.functional.pad(sequences.abs().sum(dim=2) == 0, (1, 0), value=False)
        return self.last(self.layer(steps, src_key_padding_mask=padding)[:, 0])


@healthy("ho-masked-transformer", least_accuracy=0.85)
def masked_transformer(seed: int, watch: Watch) -> Outcome:
    """Sequences of symbols of which one is marked, a third of them shorter: their masked scores are minus infinity."""
    torch.manual_seed(seed)
    x, y = marked_sequences(800)
    hidden = (torch.rand(800, 8) < 0.3) & (x[:, :, 4] == 0)
    x[hidden] = 0
    model = MaskedTransformer()
    optimizer = torch.optim.AdamW(model.parameters(), lr=0.005)
    loss_fn = nn.CrossEntropyLoss()
    with watch(model, optimizer, loss_fn):
        for rows in shuffled_batches(len(x), size=32, steps=180, seed=seed):
            optimizer.zero_grad()
            loss = loss_fn(model(x[rows]), y[rows])
            loss.backward()
            optimizer.step()
    return classified(model, predict(model, x).argmax(dim=1), y)


@healthy("ho-mixed-scales", least_accuracy=0.85)
def mixed_scales(seed: int, watch: Watch) -> Outcome:
    """Measures around 5 beside flags of 0 and 1, as they came; nothing was standardised, nor had to be."""
    torch.manual_seed(seed)
    y = torch.arange(900).remainder(3)
    measures = 5 + 2 * torch.randn(3, 6)[y] + torch.randn(900, 6)
    flags = (torch.rand(900, 4) < torch.rand(3, 4)[y]).float()
    x = torch.cat([measures, flags], dim=1)
    model = nn.Sequential(nn.Linear(10, 32), nn.ReLU(), nn.Linear(32, 3))
    optimizer = torch.optim.Adam(model.parameters(), lr=0.01)
    loss_fn = nn.CrossEntropyLoss()
    with watch(model, optimizer, loss_fn):
        for rows in shuffled_batches(len(x), size=32, steps=150, seed=seed):
            optimizer.zero_grad()
            loss = loss_fn(model(x[rows]), y[rows])
            loss.backward()
            optimizer.step()
    return classified(model, predict(model, x).argmax(dim=1), y)
