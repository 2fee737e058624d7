"""Where in the input the network looked: for people, whatever the errors are compared by."""

from dataclasses import dataclass

import numpy as np
from jaxtyping import Float

from faultloc.errors import FaultlocError, TrainingError
from faultloc.methods.hudd.errors import Errors
from faultloc.probes.relevance.input_heatmaps import read_input_relevance
from faultloc.subject.batches import as_tensor
from faultloc.subject.examination import Examination

_STABLE = "zplus"


@dataclass(frozen=True)
class InputHeatmaps:
    """Where in each error's input the network looked, or ``why_none`` can be shown, in a sentence."""

    values: Float[np.ndarray, "error row column"] | None
    why_none: str = ""


def read_input_heatmaps(examination: Examination, errors: Errors, rule: str) -> InputHeatmaps:
    """The heatmaps of the ``errors`` of what is examined. The causes do not hang on them, so that their absence is said
    and is no error."""
    dataset = examination.dataset
    if dataset.input_kind == "tokens" or dataset.inputs.ndim != 4:
        return InputHeatmaps(None, "The inputs are no pictures, so there are no heatmaps of them.")

    def read(rule: str) -> InputHeatmaps:
        images = examination.inputs[as_tensor(errors.places, examination.device)]
        return InputHeatmaps(
            read_input_relevance(
                examination.network,
                images,
                rule=rule,
                batch_size=examination.batch_size,
                allocate=examination.execution.allocate,
            )
        )

    try:
        try:
            return read(rule)
        except TrainingError:  # it diverges, as on transformers: the most stable one still shows where they looked
            return read(_STABLE)
    except FaultlocError as error:
        return InputHeatmaps(None, f"No heatmaps can be shown: {error}.")
