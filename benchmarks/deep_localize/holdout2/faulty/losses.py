"""Losses that mean something else than the script does by its answers or its targets."""

import torch
from torch import nn

from benchmarks.deep_localize.data import digits, shuffled_batches
from benchmarks.deep_localize.holdout2.data import measures, number_of_words, pairs, texts
from benchmarks.deep_localize.outcome import classified, predict, regressed
from benchmarks.deep_localize.program import Outcome, Watch, faulty


@faulty(
    "H2-ignored-class",
    kind="contract",
    phase={"loss", "input"},
    place={"loss", "labels"},
    fix="no class is ignored; the script that this one was made from had padding as its class 0",
    changes={"loss"},
)
def ignored_class(fixed: bool, seed: int, watch: Watch) -> Outcome:
    """Texts of four classes; more than half are of class 0."""
    torch.manual_seed(seed)
    x, y = texts(800, classes=7)
    y = (y - 3).clamp_min(0)
    model = nn.Sequential(nn.EmbeddingBag(number_of_words(7), 16, padding_idx=0), nn.Dropout(0.1), nn.Linear(16, 4))
    optimizer = torch.optim.Adam(model.parameters(), lr=0.02)
    loss_fn = nn.CrossEntropyLoss() if fixed else nn.CrossEntropyLoss(ignore_index=0)
    with watch(model, optimizer, loss_fn):
        for rows in shuffled_batches(len(x), size=50, steps=150, seed=seed):
            optimizer.zero_grad()
            loss = loss_fn(model(x[rows]), y[rows])
            loss.backward()
            optimizer.step()
    return classified(model, predict(model, x).argmax(dim=1), y)


@faulty(
    "H2-cosine-zero-labels",
    kind="contract",
    phase={"input", "loss"},
    place={"labels", "loss"},
    fix="pairs that differ are labelled -1, as the loss has it, not 0",
    changes={"labels"},
)
def cosine_zero_labels(fixed: bool, seed: int, watch: Watch) -> Outcome:
    """Pairs of digits: a pair labelled 0 is no pair at all to the loss, so that all codes come to point one way."""
    torch.manual_seed(seed)
    x, same = pairs(*digits(), samples=1500)
    labels = 2 * same.float() - 1 if fixed else same.float()
    model = nn.Sequential(nn.Linear(64, 48), nn.ReLU(), nn.Linear(48, 12))
    optimizer = torch.optim.Adam(model.parameters(), lr=0.003)
    loss_fn = nn.CosineEmbeddingLoss()
    with watch(model, optimizer, loss_fn):
        for rows in shuffled_batches(len(x), size=64, steps=150, seed=seed):
            optimizer.zero_grad()
            left, right = model(x[rows]).unbind(dim=1)
            loss = loss_fn(left, right, labels[rows])
            loss.backward()
            optimizer.step()
    left, right = predict(model, x).unbind(dim=1)
    likeness = nn.functional.cosine_similarity(left, right)
    return classified(model, likeness > 0.5, same)


@faulty(
    "H2-kl-of-probabilities",
    kind="contract",
    phase={"forward", "loss"},
    place={"2", "3", "loss"},
    fix="the divergence is given logarithms of probabilities, not probabilities",
    changes={"network"},
)
def kl_of_probabilities(fixed: bool, seed: int, watch: Watch) -> Outcome:
    """How five parties share the votes: the wrong divergence is least when the first takes them all."""
    torch.manual_seed(seed)
    x, scores = measures(800, 20, 5)
    shares = scores.softmax(dim=1)
    answer = nn.LogSoftmax(dim=1) if fixed else nn.Softmax(dim=1)
    model = nn.Sequential(nn.Linear(20, 48), nn.Tanh(), nn.Linear(48, 5), answer)
    optimizer = torch.optim.RMSprop(model.parameters(), lr=0.003)
    loss_fn = nn.KLDivLoss(reduction="batchmean")
    with watch(model, optimizer, loss_fn):
        for rows in shuffled_batches(len(x), size=64, steps=200, seed=seed):
            optimizer.zero_grad()
            loss = loss_fn(model(x[rows]), shares[rows])
            loss.backward()
            optimizer.step()
    answers = predict(model, x)
    return regressed(model, answers.exp() if fixed else answers, shares)


@faulty(
    "H2-poisson-log-input",
    kind="contract",
    phase={"loss", "forward"},
    place={"loss", "2", "3"},
    fix="the loss is told that the answers are rates, not logarithms of rates",
    changes={"loss"},
)
def poisson_log_input(fixed: bool, seed: int, watch: Watch) -> Outcome:
    """Calls per hour; the softplus makes rates, and the loss takes them for logarithms unless told otherwise."""
    torch.manual_seed(seed)
    x, scores = measures(800, 8, 1)
    rates = (2 + 0.7 * scores).exp()
    calls = torch.poisson(rates)
    model = nn.Sequential(nn.Linear(8, 48), nn.ReLU(), nn.Linear(48, 1), nn.Softplus())
    optimizer = torch.optim.Adam(model.parameters(), lr=0.02)
    loss_fn = nn.PoissonNLLLoss(log_input=not fixed)
    with watch(model, optimizer, loss_fn):
        for rows in shuffled_batches(len(x), size=64, steps=200, seed=seed):
            optimizer.zero_grad()
            loss = loss_fn(model(x[rows]), calls[rows])
            loss.backward()
            optimizer.step()
    return regressed(model, predict(model, x), rates)


@faulty(
    "H2-cross-entropy-of-tags",
    kind="contract",
    phase={"loss", "input"},
    place={"loss", "labels"},
    fix="binary cross-entropy for each tag; cross-entropy is for one class a sample",
    changes={"loss"},
)
def cross_entropy_of_tags(fixed: bool, seed: int, watch: Watch) -> Outcome:
    """Films and their genres, none to six of ten: a softmax shares out what each genre should have for itself."""
    torch.manual_seed(seed)
    x, scores = measures(800, 24, 10)
    genres = (scores > 0.9).float()
    model = nn.Sequential(nn.Linear(24, 64), nn.LayerNorm(64), nn.GELU(), nn.Linear(64, 10))
    optimizer = torch.optim.AdamW(model.parameters(), lr=0.005)
    loss_fn = nn.BCEWithLogitsLoss() if fixed else nn.CrossEntropyLoss()
    with watch(model, optimizer, loss_fn):
        for rows in shuffled_batches(len(x), size=64, steps=200, seed=seed):
            optimizer.zero_grad()
            loss = loss_fn(model(x[rows]), genres[rows])
            loss.backward()
            optimizer.step()
    return classified(model, predict(model, x).sigmoid() > 0.5, genres)
