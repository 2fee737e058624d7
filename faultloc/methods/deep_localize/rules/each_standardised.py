"""Samples of which each has mean 0 and deviation 1 by itself: what told them apart by level or size is gone."""

from collections.abc import Iterator

from torch import Tensor

from faultloc.methods.deep_localize.catalogue import Symptom
from faultloc.methods.deep_localize.finding import INPUT

_FEWEST_SAMPLES, _FEWEST_VALUES, _OFF = 8, 16, 1e-3


def check_each_standardised(given: Tensor | None) -> Iterator[Symptom]:
    """A doubt where all samples of ``given`` have the same mean and deviation, 0 and 1."""
    if given is None or not given.is_floating_point() or given.dim() < 2 or len(given) < _FEWEST_SAMPLES:
        return
    samples = given.detach().flatten(1).float()
    count = samples.shape[1]
    if count < _FEWEST_VALUES or float(samples.mean(1).abs().max()) > _OFF:
        return
    # Either deviation may have been meant, with or without the correction for the sample's size.
    deviations = [samples.std(1, correction=correction) for correction in (0, 1)]
    if min(float((one - 1).abs().max()) for one in deviations) < _OFF:
        yield Symptom(
            "input.each_standardised", INPUT, 1, 0,
            "each sample has mean 0 and deviation 1 by itself, so that no level and no size tells samples apart, and "
            "the model learns nothing",
        )  # fmt: skip
