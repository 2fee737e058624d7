"""Data drawn from the global generator, which every program seeds."""

import torch
from torch import Tensor


def texts(samples: int, *, classes: int, length: int = 12, shortest: int = 4) -> tuple[Tensor, Tensor]:
    """Texts of word numbers, 0 where they have ended, and their classes; a third of the words tell the class.

    Words 1 to 8 * classes belong to a class, eight to each; 40 more are in texts of all classes.
    """
    labels = torch.randint(0, classes, (samples,))
    common = torch.randint(8 * classes + 1, 8 * classes + 41, (samples, length))
    telling = torch.randint(1, 9, (samples, length)) + 8 * labels.unsqueeze(1)
    words = torch.where(torch.rand(samples, length) < 1 / 3, telling, common)
    words[:, 0] = telling[:, 0]
    ends = torch.randint(shortest, length, (samples, 1))
    return words.where(torch.arange(length) < ends, 0), labels


def number_of_words(classes: int) -> int:
    """How many word numbers ``texts`` uses, with the 0."""
    return 8 * classes + 41


def squares(samples: int, *, side: int = 16) -> tuple[Tensor, Tensor]:
    """Noisy pictures (sample, 1, side, side) with a bright square that covers about half, and its mask of 0 and 1."""
    corners = torch.randint(0, side // 3, (samples, 2))
    width = side * 2 // 3 + 1
    position = torch.arange(side)
    inside = [
        (position >= start.unsqueeze(1)) & (position < start.unsqueeze(1) + width) for start in corners.unbind(dim=1)
    ]
    masks = (inside[0].unsqueeze(2) & inside[1].unsqueeze(1)).float().unsqueeze(1)
    return 0.3 + 0.4 * masks + 0.2 * torch.randn(samples, 1, side, side), masks


def gestures(samples: int, *, length: int = 16) -> tuple[Tensor, Tensor]:
    """Movements (sample, step, 3) and their class 0 to 3: which axis is pushed, and which way. The end is noise."""
    labels = torch.randint(0, 4, (samples,))
    movements = 0.3 * torch.randn(samples, length, 3)
    start = torch.randint(1, length // 2, (samples,))
    every = torch.arange(samples)
    for step in range(3):
        movements[every, start + step, labels // 2] += 4.0 * labels.remainder(2) - 2
    return movements, labels


def spectra(samples: int, *, length: int = 32) -> tuple[Tensor, Tensor]:
    """Noisy spectra (sample, 1, length) with one peak, and in which quarter of the spectrum it is, 0 to 3."""
    labels = torch.randint(0, 4, (samples,))
    peak = labels * (length // 4) + torch.randint(1, length // 4 - 1, (samples,))
    distance = torch.arange(length) - peak.unsqueeze(1)
    return (3 * (-(distance**2) / 2.0).exp() + 0.3 * torch.randn(samples, length)).unsqueeze(1), labels


def pairs(inputs: Tensor, labels: Tensor, *, samples: int) -> tuple[Tensor, Tensor]:
    """Pairs of inputs (sample, 2, ...), and whether both are of one class; every other pair is."""
    first = torch.randint(0, len(inputs), (samples,))
    second = torch.randint(0, len(inputs), (samples,))
    order = labels.argsort()
    starts = torch.searchsorted(labels[order], labels[first])
    sizes = labels.bincount()[labels[first]]
    alike = order[starts + (torch.rand(samples) * sizes).long().clamp(max=sizes - 1)]
    second = torch.where(torch.arange(samples) % 2 == 0, alike, second)
    return torch.stack([inputs[first], inputs[second]], dim=1), labels[first] == labels[second]


def measures(samples: int, columns: int, answers: int) -> tuple[Tensor, Tensor]:
    """Standard normal measures, and as many answers around 0 with a deviation of about 1, not linear in them."""
    inputs = torch.randn(samples, columns)
    hidden = torch.tanh(inputs @ torch.randn(columns, 6) / columns**0.5)
    return inputs, hidden @ torch.randn(6, answers) / 6**0.5 * 1.6
