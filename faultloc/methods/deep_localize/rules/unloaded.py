"""A checkpoint that is said to be loaded, and of which nothing fits: its weights have other names than the module's."""

from faultloc.methods.deep_localize.catalogue import Symptom


def check_unloaded(place: str, own: int, given: int, missing: int) -> Symptom | None:
    """A symptom where all of a module's ``own`` weights are ``missing`` in a checkpoint of ``given``; None otherwise.

    A part of them may be meant: a body without its head, or a few layers' adapters.
    """
    if not own or not given or missing < own:
        return None
    return Symptom(
        "weights.not_loaded", place, 0, own,
        f"load_state_dict(strict=False) found none of the {own} weights of {place} in a checkpoint of {given}, whose "
        "names are others: they stay as they were made",
    )  # fmt: skip
