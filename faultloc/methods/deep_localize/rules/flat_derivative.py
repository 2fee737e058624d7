"""Derivatives by the inputs, inside a loss, that are 0 whatever the weights: a network of straight pieces has such."""

from collections.abc import Iterator

from faultloc.methods.deep_localize.catalogue import Symptom
from faultloc.methods.deep_localize.finding import MODEL
from faultloc.methods.deep_localize.hooks.taken_gradients import TakenGradients

_STEPS = 4


def check_flat_derivative(taken: TakenGradients) -> Iterator[Symptom]:
    """A symptom once that was so in four steps on end while another derivative, the first as a rule, was not 0."""
    if taken.zero_steps == _STEPS:
        yield Symptom(
            "model.flat_derivative", MODEL, 0, 0,
            f"a derivative by the inputs that the loss contains was exactly 0 for all samples in {_STEPS} steps on "
            "end, and another was not: a network of straight pieces, as with ReLU, has no second derivative",
        )  # fmt: skip
