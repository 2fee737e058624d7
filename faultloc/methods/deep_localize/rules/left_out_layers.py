"""Layers inside one model that its loss trains and no optimizer holds, while the optimizer holds others."""

from collections.abc import Sequence

from torch import Tensor, nn
from torch.optim import Optimizer

from faultloc.methods.deep_localize.catalogue import Symptom
from faultloc.methods.deep_localize.finding import OPTIMIZER
from faultloc.methods.deep_localize.hooks.autograd_walk import leaves_of
from faultloc.methods.deep_localize.hooks.held_parameters import held_by, left_out
from faultloc.methods.deep_localize.hooks.layer_trace import LayerTrace, owner_of
from faultloc.methods.deep_localize.wording import named


class LeftOutLayers:
    """Which layers no optimizer holds, from look to look."""

    def __init__(self) -> None:
        # How often each of their parameters had been changed when it was first seen.
        self._versions: dict[int, int] = {}

    def look(
        self, loss: Tensor, model: nn.Module, trace: LayerTrace, optimizers: Sequence[Optimizer]
    ) -> Symptom | None:
        """What is a fault where the model does not learn.

        To hold a part of a model is often meant: what lies before is trained already, or drawn at random and kept so;
        optimizers are made late, and groups are added. A parameter that is changed by hand, as those of a mean of the
        weights, is none that stays as it is.
        """
        left = {
            name: one
            for name, one in left_out(loss, model, optimizers).items()
            if self._versions.setdefault(id(one), one._version) == one._version
        }
        if not left:
            return None
        held, known = held_by(optimizers).keys(), {id(one) for one in model.parameters()}
        reached = {id(leaf) for leaf in leaves_of(loss)}
        has_empty = any(not group["params"] for one in optimizers for group in one.param_groups)
        # Layers that were replaced, groups that were used up and optimizers of something else have rules of their own.
        if has_empty or held - known - reached or not held & known & reached:
            return None
        in_training = {call.name for call in trace.calls if call.layer.training}
        names = [name for name in left if owner_of(name) in in_training]
        if not names:
            return None
        return Symptom(
            "optimizer.left_out", OPTIMIZER, len(names), 0,
            f"{len(names)} parameters that the loss trains are in no optimizer: those of "
            f"{named([owner_of(name) for name in names])} stay as they are",
        )  # fmt: skip
