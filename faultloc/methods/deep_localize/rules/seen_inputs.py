"""Whether the inputs differ at all from sample to sample."""

from collections.abc import Iterator

from faultloc.methods.deep_localize.catalogue import Symptom
from faultloc.methods.deep_localize.finding import INPUT
from faultloc.methods.deep_localize.hooks.layer_trace import tensors_in

_LOOKS, _FEWEST_ROWS = 5, 4


class SeenInputs:
    """Whether all rows of a batch were the same in every batch looked at so far."""

    def __init__(self) -> None:
        self._looks = 0
        self._differ = False

    def look(self, arguments: tuple[tuple, dict] | None) -> Iterator[Symptom]:
        """A symptom once each of five batches held but one sample, again and again."""
        given = next(tensors_in(list(arguments or ())), None)
        if self._differ or given is None or given.dim() < 2 or len(given) < _FEWEST_ROWS:
            return
        self._looks += 1
        self._differ = not bool((given.detach() == given[:1].detach()).all())
        if self._looks == _LOOKS and not self._differ:
            yield Symptom(
                "input.constant",
                INPUT,
                self._looks,
                0,
                f"in each of {_LOOKS} batches all samples are the same",
            )
