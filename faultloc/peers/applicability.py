"""Which peers cannot say anything of a subject, and why."""

from collections.abc import Mapping

from torch import nn

from faultloc.peers.deep_state import predicts_every_step
from faultloc.peers.mc_dropout import has_dropout

# They compare given labels, or read probabilities of classes. The others know nothing of labels, or of one only.
NEED_CLASSES = ("aum", "neighbour_votes", "simifeat", "cross_validation", "deep_state", "ncnv")


def reasons_against(network: nn.Module, labels_in_use: int) -> Mapping[str, str]:
    """For every peer that cannot be asked about ``network`` the reason, in words.

    ``labels_in_use`` is the number of different given labels, 0 where samples have none, as in a regression.
    """
    name = type(network).__name__
    reasons: dict[str, str] = {}
    if labels_in_use < 2:
        found = "the samples have no classes" if labels_in_use == 0 else "all samples have the same label"
        reasons = dict.fromkeys(NEED_CLASSES, found)
    if not has_dropout(network):
        reasons["mc_dropout"] = f"{name} has no dropout"
    if not predicts_every_step(network):
        reasons["deep_state"] = f"{name} predicts nothing after a step (no step_logits)"
    return reasons
