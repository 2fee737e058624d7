"""Whether the inputs differ at all from sample to sample."""

from collections.abc import Iterator, Sequence

from faultloc.methods.deep_localize.catalogue import Symptom
from faultloc.methods.deep_localize.finding import INPUT
from faultloc.methods.deep_localize.hooks.layer_trace import first_tensor_in

_LOOKS, _FEWEST_ROWS = 5, 4


class SeenInputs:
    """Whether all rows of a batch were the same in every batch looked at so far."""

    def __init__(self) -> None:
        self._looks = 0
        self._differ = False

    def look(self, calls: Sequence[tuple[tuple, dict] | None]) -> Iterator[Symptom]:
        """A symptom once each of five batches held but one sample, again and again.

        ``calls`` are the arguments of a step's calls of one module: games may all begin in one place, and part later.
        """
        first = [first_tensor_in(arguments) for arguments in calls]
        batches = [one for one in first if one is not None and one.dim() > 1 and len(one) >= _FEWEST_ROWS]
        if self._differ or not batches:
            return
        self._looks += 1
        self._differ = any(bool((one.detach() != one[:1].detach()).any()) for one in batches)
        if self._looks == _LOOKS and not self._differ:
            yield Symptom(
                "input.constant",
                INPUT,
                self._looks,
                0,
                f"in each of {_LOOKS} batches all samples are the same",
            )
