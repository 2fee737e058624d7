"""What a model is asked once more when enough steps have shown that it does not learn, or learns no further."""

from collections.abc import Iterator, Sequence

from torch import Tensor, nn

from faultloc.methods.deep_localize.catalogue import Symptom
from faultloc.methods.deep_localize.history import History
from faultloc.methods.deep_localize.hooks.layer_trace import LayerTrace
from faultloc.methods.deep_localize.rules.affine import doubt_affine, is_wide
from faultloc.methods.deep_localize.rules.constant_output import check_constant_output
from faultloc.methods.deep_localize.rules.nonfinite import ForwardCall

_PATIENCE, _STILL_TO_LEARN = 30, 0.3


class AskedAgain:
    """Two calls of ``model`` with a few samples at most in a run, each once there is reason for it."""

    def __init__(self, model: nn.Module) -> None:
        self._model = model
        self._has_asked_for_change = self._is_told = False
        # What the model without a bend is named by; None as long as that was not asked.
        self._straight: list[Symptom] | None = None

    def look(
        self, call: ForwardCall, outputs: Sequence[Tensor], trace: LayerTrace, history: History
    ) -> Iterator[Symptom]:
        """Symptoms of a step's only ``call``; what may be meant goes to the doubts of ``history``."""
        if not self._has_asked_for_change and _shows_nothing(history):
            self._has_asked_for_change = True
            found = list(check_constant_output(self._model, call, outputs))
            yield from found
            for doubt in () if found else self._asked_for_bends(call, outputs, trace):
                history.doubts.setdefault(doubt.rule, doubt)
        if not self._is_told and _learns_no_further(history):
            self._is_told = True
            if is_wide(trace):
                yield from self._asked_for_bends(call, outputs, trace)

    def _asked_for_bends(self, call: ForwardCall, outputs: Sequence[Tensor], trace: LayerTrace) -> list[Symptom]:
        if self._straight is None:
            self._straight = list(doubt_affine(self._model, call, outputs, trace))
        return self._straight


def _shows_nothing(history: History) -> bool:
    return len(history.losses) >= _PATIENCE and history.knows_progress() and not history.has_learned()


def _learns_no_further(history: History) -> bool:
    late = history.late_relative()
    is_far = late is not None and late > _STILL_TO_LEARN and not (history.has_drifted or history.has_moved)
    return is_far and history.has_settled() and not history.is_warming_up()
