"""Steps that are lost to rounding: weights of 16 bits, to which a small step adds nothing.

A bfloat16 holds eight bits, so that a change of less than a five-hundredth of a weight leaves it as it is. Weights that
are kept in 32 bits, as autocast keeps them, add small steps up.

Source: Micikevicius et al., "Mixed Precision Training", ICLR 2018, section 3.1.
"""

from collections.abc import Iterator, Mapping

import torch
from torch import Tensor, nn
from torch.optim import Optimizer

from faultloc.methods.deep_localize.catalogue import Symptom
from faultloc.methods.deep_localize.finding import OPTIMIZER
from faultloc.methods.deep_localize.hooks.gradients import weight_sample

_HALF = (torch.bfloat16, torch.float16)
_LOOKS, _MOST = 8, 0.6


class RoundedSteps:
    """Whether in a run's first looks most weights of 16 bits stay where they were, though they have a gradient.

    Later, once a model has learned, small gradients are nothing to be wondered at.
    """

    def __init__(self) -> None:
        self._looks = 0
        self._is_over = False

    def look(
        self, before: Mapping[str, Tensor], parameters: Mapping[str, nn.Parameter], optimizer: Optimizer
    ) -> Iterator[Symptom]:
        """A symptom at the eighth such look; ``before`` are samples of the weights as they were before the step."""
        half = {name: parameters[name] for name, one in before.items() if one.dtype in _HALF and name in parameters}
        if not half or self._is_over or all(group["lr"] == 0 for group in optimizer.param_groups):
            return
        share = _share_unmoved({name: before[name] for name in half}, half)
        if share is None:
            return
        self._looks += 1
        self._is_over = share <= _MOST or self._looks == _LOOKS
        if share > _MOST and self._is_over:
            kind = str(next(iter(half.values())).dtype).removeprefix("torch.")
            yield Symptom(
                "optimizer.rounded_away", OPTIMIZER, share, _MOST,
                f"the weights are {kind}, and {share:.0%} of those that have a gradient stay exactly where they were: "
                f"their steps are rounded away, at the first {_LOOKS} looks",
            )  # fmt: skip


def _share_unmoved(before: Mapping[str, Tensor], parameters: Mapping[str, nn.Parameter]) -> float | None:
    """The share, in [0, 1], of the weights with a gradient that a step has not changed; None where none has one."""
    after = weight_sample(parameters)
    counted = unmoved = 0
    for name, parameter in parameters.items():
        if parameter.grad is None or parameter.grad.is_sparse or name not in after:
            continue
        flat = parameter.grad.detach().reshape(-1)
        apart = -(-flat.numel() // after[name].numel())
        has_gradient = flat[::apart] != 0
        counted += int(has_gradient.sum())
        unmoved += int((has_gradient & (after[name] == before[name]).reshape(-1)).sum())
    return unmoved / counted if counted else None
