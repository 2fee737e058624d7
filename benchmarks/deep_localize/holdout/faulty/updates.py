"""The gradients are right and do not become updates of the weights that should learn."""

import torch
from torch import Tensor, nn

from benchmarks.deep_localize.data import breast_cancer, digits, shuffled_batches, wine
from benchmarks.deep_localize.holdout.data import bags_of_words, low_rank
from benchmarks.deep_localize.outcome import classified, predict, regressed
from benchmarks.deep_localize.program import Outcome, Watch, faulty


@faulty(
    "HO-late-zero-grad",
    kind="contract",
    phase={"backward", "update"},
    place={"optimizer"},
    fix="gradients set to zero before the backward pass, not between it and the step",
    changes={"step"},
)
def late_zero_grad(fixed: bool, seed: int, watch: Watch) -> Outcome:
    """Wine."""
    torch.manual_seed(seed)
    x, y = wine()
    model = nn.Sequential(nn.Linear(13, 24), nn.Tanh(), nn.Linear(24, 3))
    optimizer = torch.optim.RMSprop(model.parameters(), lr=0.005)
    loss_fn = nn.CrossEntropyLoss()
    with watch(model, optimizer, loss_fn):
        for rows in shuffled_batches(len(x), size=16, steps=120, seed=seed):
            if fixed:
                optimizer.zero_grad()
            loss = loss_fn(model(x[rows]), y[rows])
            loss.backward()
            if not fixed:
                optimizer.zero_grad()
            optimizer.step()
    return classified(model, predict(model, x).argmax(dim=1), y)


@faulty(
    "HO-only-schedule-steps",
    kind="contract",
    phase={"update"},
    place={"optimizer"},
    fix="a step of the optimizer before each step of its schedule",
    changes={"step"},
)
def only_schedule_steps(fixed: bool, seed: int, watch: Watch) -> Outcome:
    """Breast cancer; an untrained net may sort it by luck, so what counts is the probability it gives."""
    torch.manual_seed(seed)
    x, labels = breast_cancer()
    y = labels.float().unsqueeze(1)
    model = nn.Sequential(nn.Linear(30, 16), nn.ReLU(), nn.Linear(16, 1))
    optimizer = torch.optim.Adam(model.parameters(), lr=0.01)
    schedule = torch.optim.lr_scheduler.StepLR(optimizer, step_size=50, gamma=0.5)
    loss_fn = nn.BCEWithLogitsLoss()
    with watch(model, optimizer, loss_fn):
        for rows in shuffled_batches(len(x), size=32, steps=120, seed=seed):
            optimizer.zero_grad()
            loss = loss_fn(model(x[rows]), y[rows])
            loss.backward()
            if fixed:
                optimizer.step()
            schedule.step()
    return regressed(model, predict(model, x).sigmoid(), y)


class TwoPartNetwork(nn.Module):
    """A body whose last layer is named head, as in the networks that people fine-tune."""

    def __init__(self) -> None:
        super().__init__()
        self.body = nn.Sequential(nn.Conv2d(1, 8, 3), nn.ReLU(), nn.Flatten(), nn.Linear(288, 48), nn.ReLU())
        self.head = nn.Linear(48, 5)

    def forward(self, pictures: Tensor) -> Tensor:
        """The logits, a row a picture."""
        return self.head(self.body(pictures))


@faulty(
    "HO-head-replaced",
    kind="contract",
    phase={"update"},
    place={"optimizer", "head"},
    fix="the optimizer is made after the new head, not before",
    changes={"optimizer"},
)
def head_replaced(fixed: bool, seed: int, watch: Watch) -> Outcome:
    """Digits 5 to 9 on a frozen body that learned 0 to 4; the optimizer has the frozen body and the old head."""
    torch.manual_seed(seed)
    pixels, labels = digits()
    pictures, known = pixels.view(-1, 1, 8, 8), labels < 5
    model = TwoPartNetwork()
    loss_fn = nn.CrossEntropyLoss()
    pretraining = torch.optim.Adam(model.parameters(), lr=0.005)
    for rows in shuffled_batches(int(known.sum()), size=32, steps=60, seed=seed):
        pretraining.zero_grad()
        loss_fn(model(pictures[known][rows]), labels[known][rows]).backward()
        pretraining.step()

    x, y = pictures[~known], labels[~known] - 5
    model.body.requires_grad_(False)
    model.zero_grad()
    optimizer = torch.optim.Adam(model.parameters(), lr=0.01)
    model.head = nn.Linear(48, 5)
    if fixed:
        optimizer = torch.optim.Adam(model.head.parameters(), lr=0.01)
    with watch(model, optimizer, loss_fn):
        for rows in shuffled_batches(len(x), size=32, steps=120, seed=seed):
            optimizer.zero_grad()
            loss = loss_fn(model(x[rows]), y[rows])
            loss.backward()
            optimizer.step()
    return classified(model, predict(model, x).argmax(dim=1), y)


class Autoencoder(nn.Module):
    """An encoder to three numbers and a decoder."""

    def __init__(self) -> None:
        super().__init__()
        self.encoder = nn.Sequential(nn.Linear(24, 32), nn.ReLU(), nn.Linear(32, 3))
        self.decoder = nn.Sequential(nn.Linear(3, 32), nn.ReLU(), nn.Linear(32, 24))

    def forward(self, values: Tensor) -> Tensor:
        """The values again."""
        return self.decoder(self.encoder(values))


@faulty(
    "HO-copied-optimizer",
    kind="contract",
    phase={"update"},
    place={"optimizer", "decoder", "decoder.0", "decoder.1", "decoder.2"},
    fix="the second optimizer has the decoder's parameters; its line was a copy of the first",
    changes={"optimizer"},
)
def copied_optimizer(fixed: bool, seed: int, watch: Watch) -> Outcome:
    """An autoencoder of numbers with three hidden causes; encoder and decoder have an optimizer each."""
    torch.manual_seed(seed)
    x = low_rank(600, columns=24, causes=3)
    model = Autoencoder()
    encoder_optimizer = torch.optim.Adam(model.encoder.parameters(), lr=0.01)
    decoder_optimizer = torch.optim.Adam((model.decoder if fixed else model.encoder).parameters(), lr=0.005)
    loss_fn = nn.MSELoss()
    with watch(model, [encoder_optimizer, decoder_optimizer], loss_fn):
        for rows in shuffled_batches(len(x), size=64, steps=200, seed=seed):
            encoder_optimizer.zero_grad()
            decoder_optimizer.zero_grad()
            loss = loss_fn(model(x[rows]), x[rows])
            loss.backward()
            encoder_optimizer.step()
            decoder_optimizer.step()
    return regressed(model, predict(model, x), x)


class BagOfTopics(nn.Module):
    """The mean embedding of a text's words; with ``recorded`` False no gradient reaches the embedding."""

    def __init__(self, recorded: bool) -> None:
        super().__init__()
        self.recorded = recorded
        self.embedding = nn.EmbeddingBag(400, 4, mode="mean")
        self.last = nn.Linear(4, 8)

    def forward(self, texts: Tensor) -> Tensor:
        """The logits, a row a text."""
        with torch.set_grad_enabled(self.recorded and torch.is_grad_enabled()):
            means = self.embedding(texts)
        return self.last(means)


@faulty(
    "HO-embedding-no-grad",
    kind="contract",
    phase={"backward", "update"},
    place={"embedding"},
    fix="the embedding is not computed under no_grad",
    changes={"step"},
)
def embedding_no_grad(fixed: bool, seed: int, watch: Watch) -> Outcome:
    """Texts of eight topics through embeddings of 4 features: drawn at random, they do not tell the topics apart."""
    torch.manual_seed(seed)
    x, y = bags_of_words(1200, words=400, classes=8)
    model = BagOfTopics(recorded=fixed)
    optimizer = torch.optim.Adam(model.parameters(), lr=0.05)
    loss_fn = nn.CrossEntropyLoss()
    with watch(model, optimizer, loss_fn):
        for rows in shuffled_batches(len(x), size=64, steps=150, seed=seed):
            optimizer.zero_grad()
            loss = loss_fn(model(x[rows]), y[rows])
            loss.backward()
            optimizer.step()
    return classified(model, predict(model, x).argmax(dim=1), y)
