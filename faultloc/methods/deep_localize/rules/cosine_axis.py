"""A cosine of outputs and targets that runs over the samples of the batch, and not over what a sample consists of.

Over samples that were centred before it is a correlation, which is meant.
"""

from collections.abc import Iterator, Sequence

from torch import Tensor
from torch.autograd.graph import Node

from faultloc.methods.deep_localize.catalogue import Symptom
from faultloc.methods.deep_localize.finding import LOSS
from faultloc.methods.deep_localize.hooks.autograd_walk import children, operation, past_shaping, saved, walk
from faultloc.methods.deep_localize.hooks.hand_written_terms import constant_side

_FEWEST, _UNIT, _CENTRED, _MOST_NODES = 4, 1e-3, 1e-2, 12


def check_cosine_axis(nodes: Sequence[Node], given: Tensor | None) -> Iterator[Symptom]:
    """A symptom where a cosine among ``nodes`` of a loss runs over as many values as ``given`` has samples."""
    if given is None or given.dim() != 2 or len(given) < _FEWEST:
        return
    for node in nodes:
        axes = getattr(node, "_saved_dim", None) if operation(node) == "Sum" else None
        product = past_shaping(next(iter(children(node)), None)) if axes is not None else None
        target = constant_side(product) if product is not None and operation(product) == "Mul" else None
        if axes is None or product is None or target is None or not _is_over_samples(axes, target, len(given)):
            continue
        if not _is_of_length_one(product) or _is_centred(target):
            continue
        yield Symptom(
            "loss.cosine_axis", LOSS, 0, 1,
            f"the cosine of outputs and targets runs over the {len(target)} samples of the batch, for each of "
            f"{target.shape[1]} features, and not over the features of a sample",
        )  # fmt: skip
        return


def _is_over_samples(axes: Sequence[int], target: Tensor, count: int) -> bool:
    if len(axes) != 1 or axes[0] != 0 or target.dim() != 2 or len(target) != count or target.shape[1] < 2:
        return False
    return bool((target.float().norm(dim=0) - 1).abs().max() < _UNIT)


def _is_of_length_one(product: Node) -> bool:
    """Whether what is multiplied was divided by its length, over the same axis."""
    behind = past_shaping(next(iter(children(product)), None))
    if behind is None or operation(behind) != "Div" or saved(behind, "other") is None:
        return False
    lengths = [one for one, _ in walk(behind, most=_MOST_NODES) if operation(one) == "LinalgVectorNorm"]
    return any(tuple(getattr(one, "_saved_dim", None) or ()) == (0,) for one in lengths)


def _is_centred(target: Tensor) -> bool:
    """Whether each feature of the targets has the mean 0 over the samples, next to its size."""
    return bool((target.float().sum(0).abs() / len(target) ** 0.5).max() < _CENTRED)
