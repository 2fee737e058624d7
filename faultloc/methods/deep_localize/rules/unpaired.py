"""Partners that a contrastive loss takes for pairs, and that were drawn apart from two arrays of the same length."""

from collections.abc import Iterator, Sequence

import torch
from torch import Tensor

from faultloc.methods.deep_localize.catalogue import Symptom
from faultloc.methods.deep_localize.finding import INPUT
from faultloc.methods.deep_localize.hooks.layer_trace import first_tensor_in
from faultloc.methods.deep_localize.hooks.loss_term import LossTerm
from faultloc.methods.deep_localize.hooks.stored_rows import StoredRows, Variables, rows_of, variables_of_the_loop
from faultloc.methods.deep_localize.rules.nonfinite import ForwardCall

_FEWEST_ROWS = 4


def check_unpaired(calls: Sequence[ForwardCall], terms: Sequence[LossTerm]) -> Iterator[Symptom]:
    """A symptom where row i of one input is compared with row i of another, and none of them has its own number."""
    if len(calls) < 2 or not any(_is_numbering(term.target) for term in terms):
        return
    given = [first_tensor_in(call.given) for call in calls[:2]]
    if given[0] is None or given[1] is None or len(given[0]) != len(given[1]):
        return
    variables = variables_of_the_loop()
    for one in _drawn(given[0], variables):
        for other in _drawn(given[1], variables):
            if one.array.data_ptr() == other.array.data_ptr() or len(one.array) != len(other.array):
                continue
            if len(one.numbers) < _FEWEST_ROWS or any(a == b for a, b in zip(one.numbers, other.numbers, strict=True)):
                continue
            if not _stand_alone(one) or not _stand_alone(other):
                continue
            yield Symptom(
                "input.unpaired", INPUT, one.numbers[0], other.numbers[0],
                f"the loss takes row i of two inputs for a pair, and they are drawn apart from two arrays of "
                f"{len(one.array)} rows: sample 0 is row {one.numbers[0]} of one and row {other.numbers[0]} of the "
                "other",
            )  # fmt: skip
            return


def _is_numbering(target: Tensor | None) -> bool:
    """Whether the right column of each row is its own."""
    if target is None or target.dim() != 1 or target.is_floating_point() or len(target) < _FEWEST_ROWS:
        return False
    return torch.equal(target, torch.arange(len(target), device=target.device, dtype=target.dtype))


def _drawn(given: Tensor, variables: Variables) -> list[StoredRows]:
    return [one for one in rows_of(given, variables) if one.are_samples and one.axis == 0]


def _stand_alone(rows: StoredRows) -> bool:
    """Whether each of the rows stands but once in its array, so that its number is its own."""
    flat = rows.array.detach().flatten(1)
    return all(int((flat == flat[number]).all(1).sum()) == 1 for number in rows.numbers)
