"""Everyday trainings on digits."""

import torch
from torch import nn

from benchmarks.deep_localize.data import digits, shuffled_batches
from benchmarks.deep_localize.networks import DigitsCnn
from benchmarks.deep_localize.outcome import classified, predict, regressed
from benchmarks.deep_localize.program import Outcome, Watch, healthy


@healthy("cnn-adam", least_accuracy=0.7)
def cnn_adam(seed: int, watch: Watch) -> Outcome:
    """Convolutions with Adam."""
    torch.manual_seed(seed)
    pixels, y = digits()
    x = pixels.view(-1, 1, 8, 8)
    model = DigitsCnn(nn.Identity())
    optimizer = torch.optim.Adam(model.parameters(), lr=0.005)
    loss_fn = nn.CrossEntropyLoss()
    with watch(model, optimizer, loss_fn):
        for rows in shuffled_batches(len(x), size=32, steps=150, seed=seed):
            optimizer.zero_grad()
            loss = loss_fn(model(x[rows]), y[rows])
            loss.backward()
            optimizer.step()
    return classified(model, predict(model, x).argmax(dim=1), y)


@healthy("cnn-momentum", least_accuracy=0.7)
def cnn_momentum(seed: int, watch: Watch) -> Outcome:
    """Convolutions with SGD and momentum."""
    torch.manual_seed(seed)
    pixels, y = digits()
    x = pixels.view(-1, 1, 8, 8)
    model = DigitsCnn(nn.Identity())
    optimizer = torch.optim.SGD(model.parameters(), lr=0.05, momentum=0.9)
    loss_fn = nn.CrossEntropyLoss()
    with watch(model, optimizer, loss_fn):
        for rows in shuffled_batches(len(x), size=32, steps=200, seed=seed):
            optimizer.zero_grad()
            loss = loss_fn(model(x[rows]), y[rows])
            loss.backward()
            optimizer.step()
    return classified(model, predict(model, x).argmax(dim=1), y)


@healthy("batch-norm-dropout", least_accuracy=0.8)
def batch_norm_dropout(seed: int, watch: Watch) -> Outcome:
    """Batch normalisation, after which a bias has no gradient to speak of, and much dropout."""
    torch.manual_seed(seed)
    x, y = digits()
    model = nn.Sequential(nn.Linear(64, 64), nn.BatchNorm1d(64), nn.ReLU(), nn.Dropout(0.5), nn.Linear(64, 10))
    optimizer = torch.optim.Adam(model.parameters(), lr=0.005)
    loss_fn = nn.CrossEntropyLoss()
    with watch(model, optimizer, loss_fn):
        for rows in shuffled_batches(len(x), size=32, steps=150, seed=seed):
            optimizer.zero_grad()
            loss = loss_fn(model(x[rows]), y[rows])
            loss.backward()
            optimizer.step()
    return classified(model, predict(model, x).argmax(dim=1), y)


@healthy("five-layers", least_accuracy=0.8)
def five_layers(seed: int, watch: Watch) -> Outcome:
    """Deep enough that the first gradients are smaller than the last."""
    torch.manual_seed(seed)
    x, y = digits()
    layers: list[nn.Module] = [nn.Linear(64, 64), nn.ReLU()]
    for _ in range(3):
        layers += [nn.Linear(64, 64), nn.ReLU()]
    model = nn.Sequential(*layers, nn.Linear(64, 10))
    optimizer = torch.optim.Adam(model.parameters(), lr=0.003)
    loss_fn = nn.CrossEntropyLoss()
    with watch(model, optimizer, loss_fn):
        for rows in shuffled_batches(len(x), size=32, steps=150, seed=seed):
            optimizer.zero_grad()
            loss = loss_fn(model(x[rows]), y[rows])
            loss.backward()
            optimizer.step()
    return classified(model, predict(model, x).argmax(dim=1), y)


@healthy("autoencoder", most_loss=0.6)
def autoencoder(seed: int, watch: Watch) -> Outcome:
    """The targets are the inputs; some pixels are 0 in every picture."""
    torch.manual_seed(seed)
    x, _ = digits()
    model = nn.Sequential(nn.Linear(64, 32), nn.ReLU(), nn.Linear(32, 64), nn.Sigmoid())
    optimizer = torch.optim.Adam(model.parameters(), lr=0.01)
    loss_fn = nn.MSELoss()
    with watch(model, optimizer, loss_fn):
        for rows in shuffled_batches(len(x), size=32, steps=200, seed=seed):
            optimizer.zero_grad()
            loss = loss_fn(model(x[rows]), x[rows])
            loss.backward()
            optimizer.step()
    return regressed(model, predict(model, x), x)


@healthy("batch-512", least_accuracy=0.8)
def batch_512(seed: int, watch: Watch) -> Outcome:
    """Large batches, few of them in a pass, and the last one smaller."""
    torch.manual_seed(seed)
    x, y = digits()
    model = nn.Sequential(nn.Linear(64, 64), nn.ReLU(), nn.Linear(64, 10))
    optimizer = torch.optim.Adam(model.parameters(), lr=0.01)
    loss_fn = nn.CrossEntropyLoss()
    with watch(model, optimizer, loss_fn):
        for rows in shuffled_batches(len(x), size=512, steps=80, seed=seed):
            optimizer.zero_grad()
            loss = loss_fn(model(x[rows]), y[rows])
            loss.backward()
            optimizer.step()
    return classified(model, predict(model, x).argmax(dim=1), y)


@healthy("gelu-layer-norm", least_accuracy=0.8)
def gelu_layer_norm(seed: int, watch: Watch) -> Outcome:
    """As in a transformer: layer normalisation, GELU, AdamW with weight decay."""
    torch.manual_seed(seed)
    x, y = digits()
    model = nn.Sequential(nn.Linear(64, 64), nn.LayerNorm(64), nn.GELU(), nn.Linear(64, 10))
    optimizer = torch.optim.AdamW(model.parameters(), lr=0.005)
    loss_fn = nn.CrossEntropyLoss()
    with watch(model, optimizer, loss_fn):
        for rows in shuffled_batches(len(x), size=32, steps=150, seed=seed):
            optimizer.zero_grad()
            loss = loss_fn(model(x[rows]), y[rows])
            loss.backward()
            optimizer.step()
    return classified(model, predict(model, x).argmax(dim=1), y)
