"""Whether the inputs differ at all from sample to sample."""

from collections.abc import Iterator

from torch import Tensor

from faultloc.methods.deep_localize.catalogue import Symptom
from faultloc.methods.deep_localize.finding import INPUT
from faultloc.methods.deep_localize.layer_trace import tensors_in

_LOOKS = 5


class SeenInputs:
    """The first row of the inputs that was seen, for as long as every other was the same."""

    def __init__(self) -> None:
        self._row: Tensor | None = None
        self._looks = 0
        self._differ = False

    def look(self, arguments: tuple[tuple, dict] | None) -> Iterator[Symptom]:
        """A symptom once every row of five batches was the same."""
        given = next(tensors_in(list(arguments or ())), None)
        if self._differ or given is None or given.dim() < 2 or len(given) < 2:
            return
        if self._row is None:
            self._row = given[0].detach().clone()
        self._looks += 1
        self._differ = self._row.shape != given.shape[1:] or not bool((given.detach() == self._row).all())
        if self._looks == _LOOKS and not self._differ:
            samples = self._looks * len(given)
            yield Symptom(
                "input.constant", INPUT, samples, 1, f"all of {samples} samples in {_LOOKS} batches are the same"
            )
