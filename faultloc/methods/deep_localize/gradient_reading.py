"""The gradients that one optimizer's step is about to use: how large they are, and whether they are there at all."""

import math
from collections.abc import Callable, Iterable, Mapping

from torch import Tensor, nn
from torch.optim import Optimizer

from faultloc.methods.deep_localize.catalogue import Symptom
from faultloc.methods.deep_localize.hooks.autograd_walk import leaves_of
from faultloc.methods.deep_localize.hooks.gradients import gradient_norms
from faultloc.methods.deep_localize.hooks.held_parameters import HeldParameters
from faultloc.methods.deep_localize.rules.nonfinite import nonfinite_gradients
from faultloc.methods.deep_localize.rules.untrained_parts import check_replaced_since
from faultloc.methods.deep_localize.rules.wiring import check_gradient_path, unreached_part
from faultloc.methods.deep_localize.step import StepUnderWay

# Of several optimizers, one may have nothing to do in a step: its part is not used, for instance.
_UNREACHED_STEPS = 3


class GradientReading:
    """Reads gradients before the steps of the optimizers of ``model`` and tells ``found`` where they do not arrive."""

    def __init__(self, model: nn.Module, found: Callable[[Symptom], object]) -> None:
        self._model, self._found = model, found
        # What keeps gradients away has been named, and explains whatever does not move.
        self.are_lost = False

    def read(self, now: StepUnderWay, held: HeldParameters, optimizer: Optimizer, *, is_alone: bool) -> Symptom | None:
        """What ends the run where gradients are not finite; of a step looked at closely, ``now`` is told their norms.

        ``is_alone``: the run has no other optimizer.
        """
        norms = gradient_norms(held.by_name)
        now.norms |= norms
        if now.is_sampled:
            self._check_path(now, held, norms, is_alone=is_alone)
        # With a gradient scaler the step itself leaves out gradients that are not finite: no fault.
        if getattr(optimizer, "grad_scale", None) is None and not math.isfinite(sum(norms.values())):
            return nonfinite_gradients(norms, now.trace)
        return None

    def _check_path(
        self, now: StepUnderWay, held: HeldParameters, norms: Mapping[str, float], *, is_alone: bool
    ) -> None:
        if now.objective is None or not now.objective.is_new():
            if is_alone and not held.has_gradient():
                for symptom in check_replaced_since(self._model, held):
                    self._found(symptom)
            return
        if held.has_gradient():
            held.steps_without = 0
        elif not is_alone:
            held.steps_without += 1
            if held.steps_without == _UNREACHED_STEPS and not held.ever_had_gradient:
                self._found(unreached_part(self._model, held.parameters))
            return
        unreached = {doubt.rule: doubt for doubt in now.look.doubts}.get("gradient.unreached")
        for symptom in check_gradient_path(now.trace, held.by_name):
            self._found(unreached if unreached is not None and symptom.rule == "gradient.none" else symptom)
            self.are_lost = True
        for stopped in now.look.stopped:
            if stopped.holds(norms):
                self._found(stopped.symptom)
                self.are_lost = True


def reached_by(loss: Tensor, held: Mapping[int, HeldParameters], called: Iterable[nn.Module]) -> frozenset[int]:
    """The optimizers whose parameters ``loss`` hangs on; of a single one that is not asked.

    A network that other steps train may be frozen in this one, as a critic is while its actor learns from it: the
    graph does not hold its parameters, but the modules ``called`` do.
    """
    if len(held) == 1:
        return frozenset(held)
    leaves = {id(leaf) for leaf in leaves_of(loss)}
    frozen = {id(one) for module in called for one in module.parameters() if not one.requires_grad}
    return frozenset(
        key
        for key, one in held.items()
        if leaves & one.identities or (one.steps and not one.identities.isdisjoint(frozen))
    )
