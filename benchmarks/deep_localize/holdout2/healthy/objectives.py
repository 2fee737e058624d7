"""Sound losses that do not fall to nothing, are negative, jump, or need more than one gradient."""

import torch
from torch import Tensor, nn

from benchmarks.deep_localize.data import digits, shuffled_batches
from benchmarks.deep_localize.holdout2.data import measures, number_of_words, squares, texts
from benchmarks.deep_localize.outcome import classified, predict, regressed
from benchmarks.deep_localize.program import Outcome, Watch, healthy


class Segmenter(nn.Module):
    """Down to a quarter of the pixels and up again, with the pixels joined once more at the end."""

    def __init__(self) -> None:
        super().__init__()
        self.down = nn.Sequential(nn.Conv2d(1, 8, 3, stride=2, padding=1), nn.GroupNorm(2, 8), nn.ReLU())
        self.up = nn.Sequential(nn.Upsample(scale_factor=2), nn.Conv2d(8, 8, 3, padding=1), nn.ReLU())
        self.last = nn.Conv2d(9, 1, 1)

    def forward(self, pictures: Tensor) -> Tensor:
        """A logit a pixel."""
        return self.last(torch.cat([self.up(self.down(pictures)), pictures], dim=1))


def negative_overlap(logits: Tensor, masks: Tensor) -> Tensor:
    """Minus the overlap of two masks over their mean area: -1 at best."""
    covered = logits.sigmoid()
    return -2 * (covered * masks).sum() / (covered.sum() + masks.sum())


@healthy("h2-overlap", least_accuracy=0.9)
def overlap(seed: int, watch: Watch) -> Outcome:
    """Squares in pictures, with a loss that is negative and meant to be."""
    torch.manual_seed(seed)
    x, masks = squares(200)
    model = Segmenter()
    optimizer = torch.optim.RMSprop(model.parameters(), lr=0.005)
    with watch(model, optimizer, negative_overlap):
        for rows in shuffled_batches(len(x), size=20, steps=80, seed=seed):
            optimizer.zero_grad()
            loss = negative_overlap(model(x[rows]), masks[rows])
            loss.backward()
            optimizer.step()
    return classified(model, predict(model, x) > 0, masks)


def pinball(quantiles: Tensor, true: Tensor) -> Tensor:
    """The loss that is least at the quantiles 0.1, 0.5 and 0.9."""
    levels = torch.tensor([0.1, 0.5, 0.9])
    error = true - quantiles
    return torch.maximum(levels * error, (levels - 1) * error).mean()


@healthy("h2-quantiles", most_loss=0.6)
def quantiles(seed: int, watch: Watch) -> Outcome:
    """Three quantiles of one target, which broadcasts against them as it should."""
    torch.manual_seed(seed)
    x, true = measures(800, 8, 1)
    y = true + 0.3 * torch.randn(800, 1)
    model = nn.Sequential(nn.Linear(8, 32), nn.Mish(), nn.Linear(32, 3))
    optimizer = torch.optim.Adam(model.parameters(), lr=0.02)
    schedule = torch.optim.lr_scheduler.ReduceLROnPlateau(optimizer, patience=15)
    with watch(model, optimizer, pinball):
        for rows in shuffled_batches(len(x), size=64, steps=180, seed=seed):
            optimizer.zero_grad()
            loss = pinball(model(x[rows]), y[rows])
            loss.backward()
            optimizer.step()
            schedule.step(loss.item())
    return regressed(model, predict(model, x)[:, 1:2], true)


class Views(nn.Module):
    """Codes of length 1."""

    def __init__(self) -> None:
        super().__init__()
        self.encoder = nn.Sequential(nn.Linear(64, 64), nn.ReLU(), nn.Linear(64, 24))

    def forward(self, pixels: Tensor) -> Tensor:
        """A row a picture."""
        return nn.functional.normalize(self.encoder(pixels), dim=1)


@healthy("h2-contrast", least_accuracy=0.75)
def contrast(seed: int, watch: Watch) -> Outcome:
    """Two noisy views of each digit, to be told from the rest of the batch: the label is the place in the batch."""
    torch.manual_seed(seed)
    x, y = digits()
    model = Views()
    optimizer = torch.optim.AdamW(model.parameters(), lr=0.003)
    loss_fn = nn.CrossEntropyLoss()
    with watch(model, optimizer, loss_fn):
        for rows in shuffled_batches(len(x), size=64, steps=150, seed=seed):
            left, right = (model(x[rows] * (torch.rand(len(rows), 64) > 0.3)) for _ in range(2))
            optimizer.zero_grad()
            loss = loss_fn(left @ right.T / 0.1, torch.arange(len(rows)))
            loss.backward()
            optimizer.step()
    codes = predict(model, x)
    means = torch.stack([codes[y == label].mean(dim=0) for label in range(10)])
    return classified(model, (codes @ means.T).argmax(dim=1), y)


class WordGuesser(nn.Module):
    """A transformer layer that says which word belongs at each place."""

    def __init__(self, words: int) -> None:
        super().__init__()
        self.embedding = nn.Embedding(words + 1, 24)
        self.layer = nn.TransformerEncoderLayer(24, 2, 48, dropout=0.0, batch_first=True)
        self.last = nn.Linear(24, words)

    def forward(self, texts: Tensor) -> Tensor:
        """The logits, of shape (text, place, word)."""
        return self.last(self.layer(self.embedding(texts)))


@healthy("h2-masked-words", least_accuracy=0.9)
def masked_words(seed: int, watch: Watch) -> Outcome:
    """All words of a text are the same one; a few of them are masked, and labels elsewhere say not to look: -100."""
    torch.manual_seed(seed)
    y = torch.randint(0, 30, (400, 1)).expand(-1, 10)
    model = WordGuesser(30)
    optimizer = torch.optim.AdamW(model.parameters(), lr=0.005)
    loss_fn = nn.CrossEntropyLoss()
    with watch(model, optimizer, loss_fn):
        for rows in shuffled_batches(len(y), size=32, steps=90, seed=seed):
            masked = torch.rand(len(rows), 10) < 0.15
            masked[0, 0] = True
            inputs, labels = y[rows].masked_fill(masked, 30), y[rows].masked_fill(~masked, -100)
            optimizer.zero_grad()
            loss = loss_fn(model(inputs).flatten(0, 1), labels.flatten())
            loss.backward()
            optimizer.step()
    hidden = y.clone()
    hidden[:, 3] = 30
    return classified(model, predict(model, hidden)[:, 3].argmax(dim=1), y[:, 3])


@healthy("h2-ranking", most_loss=0.35)
def ranking(seed: int, watch: Watch) -> Outcome:
    """Which of two is better, 1 or -1: scores have no unit, and in many batches few pairs still count."""
    torch.manual_seed(seed)
    x, quality = measures(800, 10, 1)
    model = nn.Sequential(nn.Linear(10, 32), nn.ReLU(), nn.Linear(32, 1, bias=False))
    optimizer = torch.optim.Adagrad(model.parameters(), lr=0.05)
    loss_fn = nn.MarginRankingLoss(margin=0.2)
    with watch(model, optimizer, loss_fn):
        for rows in shuffled_batches(len(x), size=80, steps=200, seed=seed):
            left, right = rows[::2], rows[1::2]
            better = (quality[left] - quality[right]).sign()
            optimizer.zero_grad()
            loss = loss_fn(model(x[left]), model(x[right]), better)
            loss.backward()
            optimizer.step()
    ranks = [scores.flatten().argsort().argsort().float() for scores in (predict(model, x), quality)]
    return regressed(model, *ranks)


class Sine(nn.Module):
    """The sine of each number."""

    def forward(self, values: Tensor) -> Tensor:
        """Of the same shape."""
        return values.sin()


@healthy("h2-differential-equation", most_loss=0.15)
def differential_equation(seed: int, watch: Watch) -> Outcome:
    """u' = -2 u with u(0) = 1: the loss has the network's own slope in it, and no targets but 0."""
    torch.manual_seed(seed)
    model = nn.Sequential(nn.Linear(1, 24), Sine(), nn.Linear(24, 24), Sine(), nn.Linear(24, 1))
    optimizer = torch.optim.Adam(model.parameters(), lr=0.01)
    loss_fn = nn.MSELoss()
    with watch(model, optimizer, loss_fn):
        for _ in range(150):
            times = 2 * torch.rand(64, 1)
            times[0] = 0
            times.requires_grad_()
            answers = model(times)
            (slopes,) = torch.autograd.grad(answers.sum(), times, create_graph=True)
            optimizer.zero_grad()
            loss = loss_fn(slopes + 2 * answers, torch.zeros(64, 1)) + 10 * (answers[0] - 1).square().mean()
            loss.backward()
            optimizer.step()
    times = torch.linspace(0, 2, 100).unsqueeze(1)
    return regressed(model, predict(model, times), (-2 * times).exp())


@healthy("h2-policy-gradient", least_accuracy=0.8)
def policy_gradient(seed: int, watch: Watch) -> Outcome:
    """Texts and four answers, of which one is rewarded: the loss goes around 0, says little, and need not fall."""
    torch.manual_seed(seed)
    x, y = texts(600, classes=4)
    model = nn.Sequential(nn.EmbeddingBag(number_of_words(4), 16, padding_idx=0), nn.Tanh(), nn.Linear(16, 4))
    optimizer = torch.optim.Adam(model.parameters(), lr=0.03)
    with watch(model, optimizer, None):
        for rows in shuffled_batches(len(x), size=64, steps=200, seed=seed):
            choices = torch.distributions.Categorical(logits=model(x[rows]))
            action = choices.sample()
            reward = (action == y[rows]).float()
            optimizer.zero_grad()
            loss = -((reward - reward.mean()) * choices.log_prob(action)).mean() - 0.01 * choices.entropy().mean()
            loss.backward()
            optimizer.step()
    return classified(model, predict(model, x).argmax(dim=1), y)
