"""Whether every sample is new, as where data are made as they are needed: what is learned then is no memory."""

from collections.abc import Sequence

from faultloc.methods.deep_localize.hooks.fingerprints import fingerprints
from faultloc.methods.deep_localize.hooks.layer_trace import first_tensor_in

_ROWS, _MOST_LOOKS, _FEWEST_LOOKS = 64, 200, 10


class NewSamples:
    """The first inputs of each step looked at, 64 rows at most, by their fingerprints; of 200 looks."""

    def __init__(self) -> None:
        self._known: set[int] = set()
        self._looks, self._have_returned = 0, False

    def look(self, given: Sequence[object]) -> None:
        """Remembers the samples of one more step, as the model was ``given`` them."""
        inputs = first_tensor_in(given)
        if self._have_returned or self._looks >= _MOST_LOOKS:
            return
        self._looks += 1
        if inputs is None or inputs.dim() < 2:
            self._have_returned = True  # nothing that a sample could be told by
            return
        seen = set(fingerprints(inputs[:_ROWS]))
        self._have_returned = not self._known.isdisjoint(seen)
        self._known |= seen

    def are_all_new(self) -> bool:
        """Whether no sample of ten steps or more has come back."""
        return self._looks >= _FEWEST_LOOKS and not self._have_returned
