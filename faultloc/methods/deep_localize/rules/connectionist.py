"""What a connectionist temporal classification is given: logarithms of probabilities, one distribution a step.

The loss takes whatever numbers there are, and a model that was trained on others learns next to nothing.
"""

from collections.abc import Iterator, Sequence

import torch
from torch import Tensor
from torch.autograd.graph import Node

from faultloc.methods.deep_localize.catalogue import Symptom
from faultloc.methods.deep_localize.finding import LABELS, LOSS
from faultloc.methods.deep_localize.hooks.autograd_walk import children, operation, past_shaping, saved
from faultloc.methods.deep_localize.hooks.layer_trace import LayerTrace

# Probabilities sum to 1 up to rounding, in half precision to about 1e-2.
_SUM = 0.02
_GIVEN = {"Softmax": "the probabilities themselves, from a Softmax", "Sigmoid": "the output of a Sigmoid"}


def check_connectionist(nodes: Sequence[Node], trace: LayerTrace) -> Iterator[Symptom]:
    """A symptom where a CTCLoss among ``nodes`` of a loss is given something else than logarithms of probabilities."""
    for node in nodes:
        given = saved(node, "log_probs") if operation(node) == "CtcLoss" else None
        yield from _blank(node) if given is not None else ()
        if given is None or not given.numel():
            continue
        total = float(given.float().exp().sum(-1).sub(1).abs().median())
        if total <= _SUM:
            continue
        given_by = next(iter(children(node)), None)
        behind = past_shaping(given_by)
        what = _GIVEN.get("" if behind is None else operation(behind), "raw outputs")
        yield Symptom(
            "loss.no_log_softmax", trace.name_of(given_by) or LOSS, total, _SUM,
            f"CTCLoss takes logarithms of probabilities, and is given {what}: as logarithms they miss a sum of 1 by "
            f"{total:.3g}",
            advice="give the loss F.log_softmax(output, dim=-1), the logarithms of the probabilities of each step",
        )  # fmt: skip
        return


def _blank(node: Node) -> Iterator[Symptom]:
    """Targets that hold the number of the blank, which stands between labels and is none."""
    targets, kept = saved(node, "targets"), getattr(node, "_saved_target_lengths", None)
    lengths = kept if isinstance(kept, Tensor) or kept is None else torch.tensor(kept)
    blank = getattr(node, "_saved_blank", None)
    if targets is None or not isinstance(blank, int) or not targets.numel():
        return
    if targets.dim() == 2 and lengths is not None:  # what lies behind a target's end is padding
        targets = targets[torch.arange(targets.shape[1], device=targets.device) < lengths.to(targets.device)[:, None]]
    share = float((targets == blank).float().mean())
    if share > 0:
        yield Symptom(
            "labels.blank", LABELS, share, 0,
            f"{share:.0%} of CTCLoss's targets are {blank}, the number of its blank: what stands for nothing between "
            "two labels cannot be a label as well",
        )  # fmt: skip
