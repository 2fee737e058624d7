"""Scores of pairs that are summed over the whole batch: a product of two tables where one row by row was meant."""

from collections.abc import Iterator

from torch import Tensor

from faultloc.methods.deep_localize.catalogue import Symptom
from faultloc.methods.deep_localize.finding import LOSS
from faultloc.methods.deep_localize.hooks.autograd_walk import children, operation, shape_of, walk

_FEWEST, _MOST_NODES = 8, 2000


def check_summed_products(loss: Tensor, samples: int) -> Iterator[Symptom]:
    """A symptom where the product of all rows with all rows is summed along one axis as it is, ``samples`` on a side.

    Each sample's number is then its product with the sum of all others' rows: whom it was paired with is lost.
    """
    for node, _ in walk(loss.grad_fn, most=_MOST_NODES) if loss.grad_fn is not None else ():
        if operation(node) != "Sum" or shape_of(node) != (samples,):
            continue
        product = next(iter(children(node)), None)
        if product is None or operation(product) != "Mm" or shape_of(product) != (samples, samples):
            continue
        if samples >= _FEWEST and len(children(product)) == 2:
            yield Symptom(
                "loss.summed_products", LOSS, samples * samples, samples,
                f"the product of {samples} rows with {samples} rows, {samples} x {samples} numbers, is summed along "
                "one axis: each sample is compared with the sum of all, and not with its own partner",
            )  # fmt: skip
            return
