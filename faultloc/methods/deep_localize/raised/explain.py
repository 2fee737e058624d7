"""From an error's words to a symptom."""

import re
from collections.abc import Callable

from torch import nn

from faultloc.methods.deep_localize.catalogue import Symptom
from faultloc.methods.deep_localize.raised import in_backward, in_layers, in_losses
from faultloc.methods.deep_localize.raised.place_of_error import PlaceOfError, place_of_error

_LONGEST = 90
_Explain = Callable[[re.Match[str], PlaceOfError], Symptom | None]
# Of PyTorch 2; the first that knows the words and finds what it needs.
_KNOWN: list[tuple[str, _Explain]] = [
    (r"Target (-?\d+) is out of bounds", in_losses.beyond_outputs),
    (r"Expected input batch_size|[Tt]arget size|multi-target not supported|size of tensor", in_losses.wrong_shapes),
    (r"arget (?:dtype|type) to be|type for target|Found dtype \w+ but expected|result type \w+ can't be cast"
     r"|expected scalar type", in_losses.wrong_type),
    (r"all elements of (\w+) should be between 0 and 1", in_losses.no_probabilities),
    (r"index out of range in self", in_layers.beyond_embedding),
    (r"Expected more than 1 value per channel", in_layers.one_sample),
    (r"must have the same dtype|type \(.*\) should be the same|does not match weight dtype|following scalar types"
     r"|expected scalar type", in_layers.wrong_type),
    (r"shapes cannot be multiplied|channels instead|must be equal to input_size|should contain \d+ elements"
     r"|size of tensor|normalized_shape|is invalid for input of size", in_layers.wrong_shape),
    (r"does not require grad and does not have a grad_fn", in_backward.unreached),
    (r"backward through the graph a second time", in_backward.second_backward),
    (r"modified by an inplace operation: \[[\w.]+ \[([\d, ]*)\]", in_backward.changed_in_place),
    (r"grad can be implicitly created only for scalar outputs", in_backward.many_values),
    (r"optimizer got an empty parameter list", in_backward.no_parameters),
    (r"tensors to be on the same device|should be the same.*cuda", in_backward.other_device),
    (r"not compiled with CUDA|Found no NVIDIA driver|No CUDA GPUs", in_backward.no_gpu),
]  # fmt: skip


def explain_error(error: BaseException, model: nn.Module | None = None) -> Symptom | None:
    """What is known of the cause of ``error``, which ended a training of ``model``; None where nothing is."""
    at = place_of_error(error, model)
    for words, explain in _KNOWN:
        found = re.search(words, at.message)
        symptom = explain(found, at) if found else None
        if symptom is not None:
            return symptom
    return None


def error_in_words(error: BaseException) -> str:
    """``ValueError (no such file)``; an interruption in words."""
    if isinstance(error, KeyboardInterrupt):
        return "it was interrupted"
    if isinstance(error, SystemExit):
        return f"the script ended itself with exit code {error.code if isinstance(error.code, int) else 1}"
    said = str(error).strip().partition("\n")[0]
    said = said if len(said) <= _LONGEST else said[: _LONGEST - 3] + "..."
    return type(error).__name__ + (f" ({said})" if said else "")
