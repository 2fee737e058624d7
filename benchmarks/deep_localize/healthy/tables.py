"""Everyday trainings on tables."""

import torch
from torch import nn

from benchmarks.deep_localize.data import breast_cancer, diabetes, iris, shuffled_batches, standardised, wine
from benchmarks.deep_localize.outcome import classified, predict, regressed
from benchmarks.deep_localize.program import Outcome, Watch, healthy


@healthy("wine-mlp", least_accuracy=0.9)
def wine_mlp(seed: int, watch: Watch) -> Outcome:
    """One hidden layer and Adam."""
    torch.manual_seed(seed)
    x, y = wine()
    model = nn.Sequential(nn.Linear(13, 32), nn.ReLU(), nn.Linear(32, 3))
    optimizer = torch.optim.Adam(model.parameters(), lr=0.01)
    loss_fn = nn.CrossEntropyLoss()
    with watch(model, optimizer, loss_fn):
        for rows in shuffled_batches(len(x), size=16, steps=120, seed=seed):
            optimizer.zero_grad()
            loss = loss_fn(model(x[rows]), y[rows])
            loss.backward()
            optimizer.step()
    return classified(model, predict(model, x).argmax(dim=1), y)


@healthy("breast-cancer-dropout", least_accuracy=0.9)
def breast_cancer_dropout(seed: int, watch: Watch) -> Outcome:
    """Dropout and the binary cross-entropy of logits."""
    torch.manual_seed(seed)
    x, labels = breast_cancer()
    y = labels.float().unsqueeze(1)
    model = nn.Sequential(nn.Linear(30, 32), nn.ReLU(), nn.Dropout(0.3), nn.Linear(32, 1))
    optimizer = torch.optim.Adam(model.parameters(), lr=0.005)
    loss_fn = nn.BCEWithLogitsLoss()
    with watch(model, optimizer, loss_fn):
        for rows in shuffled_batches(len(x), size=32, steps=150, seed=seed):
            optimizer.zero_grad()
            loss = loss_fn(model(x[rows]), y[rows])
            loss.backward()
            optimizer.step()
    return classified(model, predict(model, x)[:, 0] > 0, labels)


@healthy("diabetes-tanh", most_loss=0.75)
def diabetes_tanh(seed: int, watch: Watch) -> Outcome:
    """A regression that stays noisy: its loss soon lies still, well below that of the mean."""
    torch.manual_seed(seed)
    x, true = diabetes()
    y = standardised(true).unsqueeze(1)
    model = nn.Sequential(nn.Linear(10, 16), nn.Tanh(), nn.Linear(16, 1))
    optimizer = torch.optim.Adam(model.parameters(), lr=0.01)
    loss_fn = nn.MSELoss()
    with watch(model, optimizer, loss_fn):
        for rows in shuffled_batches(len(x), size=32, steps=150, seed=seed):
            optimizer.zero_grad()
            loss = loss_fn(model(x[rows]), y[rows])
            loss.backward()
            optimizer.step()
    return regressed(model, predict(model, x)[:, 0] * true.std() + true.mean(), true)


@healthy("iris-batch-4", least_accuracy=0.85)
def iris_batch_4(seed: int, watch: Watch) -> Outcome:
    """Batches so small that the loss jumps, and often hold one class alone."""
    torch.manual_seed(seed)
    measures, y = iris()
    x = standardised(measures)
    model = nn.Sequential(nn.Linear(4, 16), nn.ReLU(), nn.Linear(16, 3))
    optimizer = torch.optim.SGD(model.parameters(), lr=0.05)
    loss_fn = nn.CrossEntropyLoss()
    with watch(model, optimizer, loss_fn):
        for rows in shuffled_batches(len(x), size=4, steps=200, seed=seed):
            optimizer.zero_grad()
            loss = loss_fn(model(x[rows]), y[rows])
            loss.backward()
            optimizer.step()
    return classified(model, predict(model, x).argmax(dim=1), y)


@healthy("iris-converged", least_accuracy=0.95)
def iris_converged(seed: int, watch: Watch) -> Outcome:
    """Trained on for 120 passes when there is nothing left to learn: gradients are small, accuracy stays the same."""
    torch.manual_seed(seed)
    measures, y = iris()
    x = standardised(measures)
    model = nn.Sequential(nn.Linear(4, 16), nn.ReLU(), nn.Linear(16, 3))
    optimizer = torch.optim.Adam(model.parameters(), lr=0.05)
    loss_fn = nn.CrossEntropyLoss()
    with watch(model, optimizer, loss_fn):
        for _ in range(120):
            optimizer.zero_grad()
            loss = loss_fn(model(x), y)
            loss.backward()
            optimizer.step()
    return classified(model, predict(model, x).argmax(dim=1), y)
