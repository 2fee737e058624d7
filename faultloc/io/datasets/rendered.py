"""Digits drawn from fonts, with all numbers that they were drawn with, and known causes of failures in some."""

from collections.abc import Mapping

import numpy as np
from jaxtyping import Float, Int, Shaped, UInt8

from faultloc.errors import ConfigError
from faultloc.faults.inputs import CAUSES
from faultloc.faults.inputs.assign import assign_causes
from faultloc.faults.inputs.mark import marks_of
from faultloc.faults.inputs.names import join_causes
from faultloc.faults.inputs.plant import with_drawn
from faultloc.io.datasets.digit_drawing import FONTS, draw_digit
from faultloc.io.datasets.sample_ids import numbered_ids
from faultloc.settings_check import check_number
from faultloc.subject.dataset import LabeledDataset
from faultloc.subject.seeding import derive_seed, numpy_generator
from faultloc.subject.splits import SPLITS, DatasetSplits, Split

_CLASS_NAMES = tuple(str(digit) for digit in range(10))
# k-means makes two clusters of each class, and each split has all classes alike.
_FEWEST = 2 * len(_CLASS_NAMES)
_DECIMALS = 4
# How pictures without a cause differ from one another, from the lowest to the highest number. A cause leaves its range.
_ORDINARY: Mapping[str, tuple[float, float]] = {
    "scale": (0.8, 1.1),
    "dx": (-2.5, 2.5),
    "dy": (-2.5, 2.5),
    "angle": (-12.0, 12.0),
    "contrast": (0.6, 1.0),
    "blur": (0.0, 0.6),
    "noise": (0.0, 12.0),
}


def read_rendered(
    *,
    train_samples: int,
    test_samples: int,
    improvement_samples: int,
    causes: Mapping[str, float | int],
    two_causes: float | int,
    seed: int,
) -> DatasetSplits:
    """Images of the digits 0 to 9, 1 channel, 32x32, each with its parameters; the causes of test and improvement.

    Of the test and of the improvement set, ``causes`` says which share has which cause of `faultloc.faults.inputs`, and
    ``two_causes`` which has two. The training set has none. In training some classes always have a mark in a corner
    (`faultloc/faults/inputs/mark.py`), elsewhere too unless a cause is about it; one font is held out.

    The parameters are ``font`` (its number), ``scale`` (1 is a digit of 20 pixels), ``dx`` and ``dy`` (pixels to the
    right and down), and those of the causes. Same settings, same bytes, with the same Pillow and matplotlib, whose
    fonts are used.

    Raises:
        ConfigError: a size or a share is out of its range, or there is no such cause.
    """
    sizes: dict[Split, int] = {"train": train_samples, "test": test_samples, "improvement": improvement_samples}
    for split, size in sizes.items():
        check_number(f"dataset.{split}_samples", size, at_least=_FEWEST, whole=True)
    check_number("dataset.seed", seed, at_least=0, whole=True)
    if not isinstance(causes, Mapping):
        raise ConfigError(f"dataset.causes={causes}: expected the share of each cause by its name")
    parts: dict[Split, LabeledDataset] = {}
    truth: dict[Split, np.ndarray] = {}
    for split in SPLITS:
        planted = {} if split == "train" else causes
        parts[split], truth[split] = _render(split, sizes[split], planted, two_causes if planted else 0, seed)
    return DatasetSplits(parts["train"], parts["test"], improvement=parts["improvement"], causes=truth)


def _render(
    split: Split, size: int, shares: Mapping[str, float | int], two_causes: float | int, seed: int
) -> tuple[LabeledDataset, Shaped[np.ndarray, "sample"]]:
    # A stream for each thing: other shares leave the digits and what is ordinary about them as they are.
    ordinary, chosen, drawn = (numpy_generator(seed, "rendered", f"{split}/{item}") for item in ("", "who", "how"))
    labels = ordinary.permutation(np.arange(size) % len(_CLASS_NAMES))
    given = assign_causes(labels, shares, two_causes, chosen)
    parameters = with_drawn(_ordinary_parameters(labels, ordinary), labels, given, drawn)
    dataset = LabeledDataset(
        _pictures(labels, parameters, derive_seed(seed, "rendered", f"{split}/pictures")),
        labels,
        numbered_ids(split, np.arange(size), size),
        _CLASS_NAMES,
        parameters=parameters,
    )
    return dataset, join_causes(given)


def _ordinary_parameters(
    labels: Int[np.ndarray, "sample"], rng: np.random.Generator
) -> dict[str, Float[np.ndarray, "sample"]]:
    count = len(labels)
    parameters = {"font": rng.integers(len(FONTS), size=count).astype(float)}
    for name, (lowest, highest) in _ORDINARY.items():
        parameters[name] = np.round(rng.uniform(lowest, highest, count), _DECIMALS)
    for cause in CAUSES.values():
        for name, value in cause.absent.items():
            parameters.setdefault(name, np.full(count, value))
    return parameters | {"mark": marks_of(labels)}


def _pictures(
    labels: Int[np.ndarray, "sample"], parameters: Mapping[str, Float[np.ndarray, "sample"]], seed: int
) -> UInt8[np.ndarray, "sample 1 32 32"]:
    pictures = []
    for index, label in enumerate(labels):
        values = {name: float(column[index]) for name, column in parameters.items()}
        picture = draw_digit(int(label), values)
        rng = np.random.default_rng([seed, index])  # its own, so that no picture hangs on the others
        for cause in CAUSES.values():
            picture = cause.change(picture, values, rng)
        pictures.append(picture)
    return np.stack(pictures)
