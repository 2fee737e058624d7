"""A target that was changed along with the input: what was to be restored is not in it any more."""

from collections.abc import Iterator

from torch import Tensor

from faultloc.methods.deep_localize.catalogue import Symptom
from faultloc.methods.deep_localize.finding import LABELS
from faultloc.methods.deep_localize.hooks.loop_names import names_of


def check_changed_target(given: Tensor | None, target: Tensor | None) -> Iterator[Symptom]:
    """A symptom where input and target are one tensor, which was written into, and the loop has two names for it.

    An autoencoder's target is its input, too, and goes by one name, or by two for what nothing was written into.
    """
    if given is None or target is None or given.data_ptr() != target.data_ptr() or not given._version:
        return
    names = names_of(given)
    if len(names) > 1:
        yield Symptom(
            "labels.changed_too", LABELS, given._version, 0,
            f"`{names[0]}` and `{names[1]}` are one tensor, which was changed in place and is both input and target: "
            "what the input lost the target has lost, too",
        )  # fmt: skip
