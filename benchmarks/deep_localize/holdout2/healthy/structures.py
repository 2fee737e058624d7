"""Sound networks of which not every part has a gradient, or one that looks right, in every step."""

import torch
from torch import Tensor, nn
from torch.utils.checkpoint import checkpoint

from benchmarks.deep_localize.data import digits, shuffled_batches
from benchmarks.deep_localize.holdout2.data import gestures, measures, number_of_words, texts
from benchmarks.deep_localize.outcome import classified, predict, regressed
from benchmarks.deep_localize.program import Outcome, Watch, healthy


class Experts(nn.Module):
    """Eight small networks, of which a gate picks one for each sample; the others get no gradient from it."""

    def __init__(self) -> None:
        super().__init__()
        self.gate = nn.Linear(64, 8)
        self.experts = nn.ModuleList(nn.Sequential(nn.Linear(64, 24), nn.ReLU(), nn.Linear(24, 10)) for _ in range(8))

    def forward(self, pixels: Tensor) -> Tensor:
        """The logits, a row a picture."""
        share, chosen = self.gate(pixels).softmax(dim=1).max(dim=1)
        logits = pixels.new_zeros(len(pixels), 10)
        for number, expert in enumerate(self.experts):
            rows = (chosen == number).nonzero().flatten()
            if len(rows):
                logits = logits.index_add(0, rows, expert(pixels[rows]) * share[rows].unsqueeze(1))
        return 2 * logits


@healthy("h2-experts", least_accuracy=0.85)
def experts(seed: int, watch: Watch) -> Outcome:
    """Digits through a mixture of experts; some are hardly ever called."""
    torch.manual_seed(seed)
    x, y = digits()
    model = Experts()
    optimizer = torch.optim.Adam(model.parameters(), lr=0.01)
    loss_fn = nn.CrossEntropyLoss()
    with watch(model, optimizer, loss_fn):
        for rows in shuffled_batches(len(x), size=48, steps=180, seed=seed):
            optimizer.zero_grad()
            loss = loss_fn(model(x[rows]), y[rows])
            loss.backward()
            optimizer.step()
    return classified(model, predict(model, x).argmax(dim=1), y)


class DropPath(nn.Module):
    """Residual layers, each left out of a step of training with a probability of 0.4."""

    def __init__(self) -> None:
        super().__init__()
        self.first = nn.Linear(12, 32)
        self.layers = nn.ModuleList(nn.Sequential(nn.LayerNorm(32), nn.Linear(32, 32), nn.SiLU()) for _ in range(6))
        self.last = nn.Linear(32, 3)

    def forward(self, inputs: Tensor) -> Tensor:
        """The answers, a row a sample."""
        features = self.first(inputs)
        for layer in self.layers:
            if not self.training:
                features = features + 0.6 * layer(features)
            elif torch.rand(()) > 0.4:
                features = features + layer(features)
        return self.last(features)


@healthy("h2-stochastic-depth", most_loss=0.45)
def stochastic_depth(seed: int, watch: Watch) -> Outcome:
    """Three answers; now and then most of the network is skipped, and the loss goes up and down with that."""
    torch.manual_seed(seed)
    x, y = measures(800, 12, 3)
    model = DropPath()
    optimizer = torch.optim.AdamW(model.parameters(), lr=0.005, weight_decay=0.05)
    loss_fn = nn.SmoothL1Loss()
    with watch(model, optimizer, loss_fn):
        for rows in shuffled_batches(len(x), size=40, steps=180, seed=seed):
            optimizer.zero_grad(set_to_none=False)
            loss = loss_fn(model(x[rows]), y[rows])
            loss.backward()
            optimizer.step()
    return regressed(model, predict(model, x), y)


class BinaryCode(nn.Module):
    """An autoencoder whose code is bits; the gradient passes the threshold as if it were not there."""

    def __init__(self) -> None:
        super().__init__()
        self.encoder = nn.Sequential(nn.Linear(64, 64), nn.ReLU(), nn.Linear(64, 32))
        self.decoder = nn.Sequential(nn.Linear(32, 64), nn.ReLU(), nn.Linear(64, 64), nn.Sigmoid())

    def forward(self, pixels: Tensor) -> Tensor:
        """The pixels, in [0, 1]."""
        soft = self.encoder(pixels).sigmoid()
        hard = (soft > 0.5).float()
        return self.decoder(soft + (hard - soft).detach())


@healthy("h2-straight-through", most_loss=0.55)
def straight_through(seed: int, watch: Watch) -> Outcome:
    """Digits: what is detached here is meant to be."""
    torch.manual_seed(seed)
    x, _ = digits()
    model = BinaryCode()
    optimizer = torch.optim.Adam(model.parameters(), lr=0.003)
    loss_fn = nn.BCELoss()
    with watch(model, optimizer, loss_fn):
        for rows in shuffled_batches(len(x), size=64, steps=150, seed=seed):
            optimizer.zero_grad()
            loss = loss_fn(model(x[rows]), x[rows])
            loss.backward()
            optimizer.step()
    return regressed(model, predict(model, x), x)


class Checkpointed(nn.Module):
    """A bidirectional GRU whose forward pass is done again in the backward pass to save memory."""

    def __init__(self) -> None:
        super().__init__()
        self.embed = nn.Sequential(nn.Linear(3, 16), nn.Tanh())
        self.gru = nn.GRU(16, 16, batch_first=True, bidirectional=True)
        self.last = nn.Linear(32, 4)

    def forward(self, movements: Tensor) -> Tensor:
        """The logits, a row a movement."""
        embedded = checkpoint(self.embed, movements, use_reentrant=False)
        states, _ = checkpoint(self.gru, embedded, use_reentrant=False)
        return self.last(states.amax(dim=1))


@healthy("h2-checkpointing", least_accuracy=0.9)
def checkpointing(seed: int, watch: Watch) -> Outcome:
    """Movements; layers are called twice a step."""
    torch.manual_seed(seed)
    x, y = gestures(400)
    model = Checkpointed()
    optimizer = torch.optim.NAdam(model.parameters(), lr=0.01)
    loss_fn = nn.CrossEntropyLoss()
    with watch(model, optimizer, loss_fn):
        for rows in shuffled_batches(len(x), size=32, steps=60, seed=seed):
            optimizer.zero_grad()
            loss = loss_fn(model(x[rows]), y[rows])
            loss.backward()
            optimizer.step()
    return classified(model, predict(model, x).argmax(dim=1), y)


class GraphNetwork(nn.Module):
    """Two layers, each of which mixes a node's features with its neighbours' first."""

    def __init__(self, adjacency: Tensor, classes: int) -> None:
        super().__init__()
        self.adjacency: Tensor
        self.register_buffer("adjacency", adjacency / adjacency.sum(dim=1, keepdim=True))
        self.hidden = nn.Linear(8, 24)
        self.last = nn.Linear(24, classes)

    def forward(self, nodes: Tensor) -> Tensor:
        """The logits, a row a node."""
        return self.last(self.adjacency @ torch.relu(self.hidden(self.adjacency @ nodes)))


@healthy("h2-graph", least_accuracy=0.85)
def graph(seed: int, watch: Watch) -> Outcome:
    """A graph of 200 nodes: every step sees all of it and the labels of twenty, the same ones each time."""
    torch.manual_seed(seed)
    y = torch.arange(200) % 4
    edges = torch.rand(200, 200) < torch.where(y.unsqueeze(0) == y.unsqueeze(1), 0.15, 0.01)
    x = torch.randn(4, 8)[y] + 1.0 * torch.randn(200, 8)
    model = GraphNetwork((edges | edges.T).float() + torch.eye(200), classes=4)
    optimizer = torch.optim.Adam(model.parameters(), lr=0.02, weight_decay=5e-4)
    loss_fn = nn.CrossEntropyLoss()
    labelled = torch.arange(20)
    with watch(model, optimizer, loss_fn):
        for _ in range(100):
            optimizer.zero_grad()
            loss = loss_fn(model(x)[labelled], y[labelled])
            loss.backward()
            optimizer.step()
    return classified(model, predict(model, x).argmax(dim=1), y)


class SparseReader(nn.Module):
    """The mean of a text's embeddings, whose gradient is sparse, and two layers on it."""

    def __init__(self, words: int) -> None:
        super().__init__()
        self.words = nn.EmbeddingBag(words, 16, sparse=True, padding_idx=0)
        self.dense = nn.Sequential(nn.Hardswish(), nn.Linear(16, 6))

    def forward(self, texts: Tensor) -> Tensor:
        """The logits, a row a text."""
        return self.dense(self.words(texts))


@healthy("h2-sparse-embedding", least_accuracy=0.9)
def sparse_embedding(seed: int, watch: Watch) -> Outcome:
    """Texts in batches of eight: most words are in none of them and stay; their gradients come as a list of rows."""
    torch.manual_seed(seed)
    x, y = texts(600, classes=6)
    model = SparseReader(number_of_words(6))
    optimizers = [
        torch.optim.SparseAdam(model.words.parameters(), lr=0.05),
        torch.optim.Adam(model.dense.parameters(), lr=0.01),
    ]
    loss_fn = nn.CrossEntropyLoss()
    with watch(model, optimizers, loss_fn):
        for rows in shuffled_batches(len(x), size=8, steps=200, seed=seed):
            for optimizer in optimizers:
                optimizer.zero_grad()
            loss = loss_fn(model(x[rows]), y[rows])
            loss.backward()
            for optimizer in optimizers:
                optimizer.step()
    return classified(model, predict(model, x).argmax(dim=1), y)
