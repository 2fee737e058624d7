"""Data drawn from the global generator, which every program seeds: as hard as a program needs it, and no harder."""

import math

import torch
from torch import Tensor


def rings(samples: int) -> tuple[Tensor, Tensor]:
    """Points in the plane on two rings around the origin, and the ring of each, 0 or 1: no line parts them."""
    labels = torch.arange(samples).remainder(2)
    angles = 2 * math.pi * torch.rand(samples)
    radii = 0.5 + labels + 0.1 * torch.randn(samples)
    return torch.stack([radii * angles.cos(), radii * angles.sin()], dim=1), labels


def marked_sequences(samples: int, *, length: int = 8) -> tuple[Tensor, Tensor]:
    """Sequences of 5 features a step, one step of each marked in the last; the label is the marked step's symbol.

    The symbols 0 to 3 are one-hot in the first four features, so that all the other steps only distract.
    """
    symbols = torch.randint(0, 4, (samples, length))
    marked = torch.randint(0, length, (samples,))
    every = torch.arange(samples)
    sequences = torch.zeros(samples, length, 5)
    sequences.scatter_(2, symbols.unsqueeze(2), 1.0)
    sequences[every, marked, 4] = 1.0
    return sequences, symbols[every, marked]


def first_symbol_sequences(samples: int, *, length: int) -> tuple[Tensor, Tensor]:
    """Sequences of one number a step, noise but for the first, -1 or 1, which says the label, 0 or 1."""
    labels = torch.arange(samples).remainder(2)
    sequences = 0.1 * torch.randn(samples, length, 1)
    sequences[:, 0, 0] += 2.0 * labels - 1
    return sequences, labels


def waves(samples: int, *, length: int) -> tuple[Tensor, Tensor]:
    """Pieces of sine waves of many frequencies, of shape (sample, step, 1), and the value that comes next."""
    steps = torch.arange(length + 1)
    frequency, phase = 0.2 + 0.4 * torch.rand(samples, 1), 2 * math.pi * torch.rand(samples, 1)
    values = torch.sin(frequency * steps + phase)
    return values[:, :-1].unsqueeze(2), values[:, -1]


def bags_of_words(samples: int, *, words: int, classes: int, length: int = 12) -> tuple[Tensor, Tensor]:
    """Texts of word numbers, a third of them from the 10 words that only the class uses, and their classes."""
    labels = torch.arange(samples).remainder(classes)
    texts = torch.randint(10 * classes, words, (samples, length))
    telling = length // 3
    texts[:, :telling] = torch.randint(0, 10, (samples, telling)) + 10 * labels.unsqueeze(1)
    return texts, labels


def low_rank(samples: int, *, columns: int, causes: int) -> Tensor:
    """Rows of numbers around 0 that follow from a few hidden causes, and a little noise."""
    return torch.tanh(torch.randn(samples, causes) @ torch.randn(causes, columns)) + 0.05 * torch.randn(
        samples, columns
    )


def houses(samples: int) -> tuple[Tensor, Tensor]:
    """Six standardised measures of houses and their prices in dollars, around 300,000."""
    measures = torch.randn(samples, 6)
    weights = torch.tensor([0.6, 0.4, -0.3, 0.3, -0.2, 0.1])
    price = measures @ weights + 0.3 * measures[:, 0] * measures[:, 1] + 0.05 * torch.randn(samples)
    return measures, 300_000 + 80_000 * price


def visits(samples: int) -> tuple[Tensor, Tensor]:
    """Five measures of a page and how often it was visited, a column of counts from 0 to about 60."""
    measures = torch.randn(samples, 5)
    rate = (1.0 + measures @ torch.tensor([[0.7], [-0.5], [0.4], [0.3], [0.0]])).exp()
    return measures, rate.round()


def tags(samples: int, *, labels: int = 6) -> tuple[Tensor, Tensor]:
    """Twenty measures of a sample and which of the tags hold for it, 0 or 1, as floats; about half of them hold."""
    measures = torch.randn(samples, 20)
    return measures, (measures @ torch.randn(20, labels) / math.sqrt(20) > 0).float()
