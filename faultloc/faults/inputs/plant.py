"""Planting known causes into the pictures of any data set."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
from jaxtyping import Float, Shaped

from faultloc.errors import ConfigError, DataError
from faultloc.faults.inputs import CAUSES
from faultloc.faults.inputs.assign import assign_causes
from faultloc.faults.inputs.names import join_causes
from faultloc.subject.dataset import LabeledDataset


@dataclass(frozen=True)
class CausedDataset:
    """A data set in whose pictures there are causes, its parameters among them, and which sample has which."""

    dataset: LabeledDataset
    causes: Shaped[np.ndarray, "sample"]


def plant_causes(
    dataset: LabeledDataset,
    shares: Mapping[str, float | int],
    two_causes: float | int,
    rng: np.random.Generator,
) -> CausedDataset:
    """``dataset`` with the causes of ``shares`` in its pictures (see ``assign_causes``); it itself stays as it is.

    The parameters that the causes change are added to those that the data set has. Same generator state, same pictures.

    Raises:
        DataError: the data set has no images.
        ConfigError: there is no such cause, it cannot be put into a finished picture, or the shares are too large.
    """
    if dataset.input_kind != "image":
        raise DataError(
            f"the inputs are {dataset.input_kind}, and causes are changes of pictures; expected a data set of images"
        )
    for name in shares:
        if name in CAUSES and CAUSES[name].is_drawn:
            able = ", ".join(known for known, cause in CAUSES.items() if not cause.is_drawn)
            raise ConfigError(f"the cause {name} is in how a picture is drawn; expected of these: {able}")
    given = assign_causes(dataset.labels, shares, two_causes, rng)
    untouched = {name: np.full(len(dataset), value) for cause in shares for name, value in CAUSES[cause].absent.items()}
    parameters = with_drawn(untouched, dataset.labels, given, rng)
    inputs = np.array(dataset.inputs)
    for index in np.flatnonzero([bool(causes) for causes in given]):
        values = {name: float(column[index]) for name, column in parameters.items()}
        for cause in given[index]:
            inputs[index] = CAUSES[cause].change(inputs[index], values, rng)
    planted = replace(dataset, inputs=inputs, parameters={**dataset.parameters, **parameters})
    return CausedDataset(planted, join_causes(given))


def with_drawn(
    parameters: Mapping[str, Float[np.ndarray, "sample"]],
    labels: np.ndarray,
    given: Sequence[tuple[str, ...]],
    rng: np.random.Generator,
) -> dict[str, Float[np.ndarray, "sample"]]:
    """``parameters`` with those of the samples that have causes drawn anew, by each cause the ones that it changes."""
    drawn = {name: values.copy() for name, values in parameters.items()}
    for name, cause in CAUSES.items():
        chosen = np.flatnonzero([name in causes for causes in given])
        for parameter, values in cause.draw(labels[chosen], rng).items() if len(chosen) else ():
            drawn[parameter][chosen] = values
    return drawn
