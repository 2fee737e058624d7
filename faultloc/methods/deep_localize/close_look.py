"""What a step that is looked at closely shows, before its backward pass: told to the run, or kept for its objective."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence

from torch import Tensor, nn
from torch.optim import Optimizer

from faultloc.methods.deep_localize.catalogue import Symptom
from faultloc.methods.deep_localize.further_look import FurtherLook
from faultloc.methods.deep_localize.hooks.held_parameters import HeldParameters
from faultloc.methods.deep_localize.hooks.layer_trace import first_tensor_in
from faultloc.methods.deep_localize.hooks.optimizer_groups import groups_of
from faultloc.methods.deep_localize.look import Look, look_at_loss
from faultloc.methods.deep_localize.objective import Objective, Objectives
from faultloc.methods.deep_localize.rules.asked_model import ask_model
from faultloc.methods.deep_localize.rules.drawn_samples import look_at_source
from faultloc.methods.deep_localize.rules.idle_optimizer import check_idle_optimizers
from faultloc.methods.deep_localize.rules.ignored_steps import check_ignored_steps
from faultloc.methods.deep_localize.rules.initial_weights import check_initial_weights
from faultloc.methods.deep_localize.rules.left_out_layers import LeftOutLayers
from faultloc.methods.deep_localize.rules.lost_gradient import PenaltiesAlone
from faultloc.methods.deep_localize.rules.optimizer_settings import check_settings
from faultloc.methods.deep_localize.rules.unregistered_layers import check_unregistered_layers
from faultloc.methods.deep_localize.rules.untrained_parts import check_replaced, check_untrained_parts
from faultloc.methods.deep_localize.rules.unused_heads import UnusedHeads
from faultloc.methods.deep_localize.rules.wiring import check_mode, check_optimizers, check_stepping
from faultloc.methods.deep_localize.step import StepUnderWay

_MODE = 5
# By now weights that begin at 0 have moved: branches of a network that they had closed are open.
_MOVED = 4
# Inputs of this size are a mistake whatever comes of it.
_FAR_OUT = 1000


class CloseLook:
    """Looks at steps of ``model``; calls ``found`` with each symptom and ``noted`` with what cannot be seen."""

    def __init__(self, model: nn.Module, found: Callable[[Symptom], object], noted: Callable[[str], object]) -> None:
        self.heads, self.further = UnusedHeads(), FurtherLook(model)
        self._penalties, self._left_out = PenaltiesAlone(), LeftOutLayers()
        self._model, self._found, self._noted = model, found, noted

    def check_wiring(self, now: StepUnderWay, optimizers: Sequence[Optimizer], backwards: int) -> None:
        """How the optimizers are set up, at the first backward passes; ``backwards`` of them have run."""
        called = nn.ModuleList(dict.fromkeys(call.module for call in now.calls))
        self._tell(check_optimizers(called, optimizers))
        groups = groups_of(optimizers, dict(self._model.named_parameters()))
        if now.objective is not None:
            now.objective.history.groups = groups
            now.objective.history.doubts |= {one.rule: one for one in check_initial_weights(self._model)}
        self._tell((*check_settings(groups), *check_stepping(backwards)))

    def at_end(self, steps: int, held: Mapping[int, HeldParameters]) -> Iterator[Symptom]:
        """What only the end of a run of ``steps`` shows."""
        yield from self.heads.never_trained(steps)
        yield from check_idle_optimizers(self._model, held)
        yield from self.further.evaluations.at_end()
        yield from self.further.targets.at_end(steps)

    def at(
        self,
        loss: Tensor,
        value: float,
        now: StepUnderWay,
        given_target: Tensor | None,
        held: Mapping[int, HeldParameters],
        optimizers: Sequence[Optimizer],
        objectives: Objectives,
        *,
        every: int,
    ) -> None:
        """The look itself; it is kept in ``now``, and what may be a fault in the history of the objective."""
        objective = now.objective or Objective()
        is_thorough = objective.is_new() or objective.is_fifth_look(every)
        seen = (loss, value, self._model, now.outputs, now.trace, given_target, objective.targets)
        look = look_at_loss(*seen, optimizers, is_thorough=is_thorough)
        may_be_constant = len(optimizers) > 1 and objectives.may_have_constant_targets(objective)
        alike = [call.given for call in now.calls if call.module is now.calls[0].module]
        symptoms = (*look.symptoms, *objective.inputs.look(alike))
        self._tell(one for one in symptoms if one.rule != "labels.single" or not may_be_constant)
        stands_for = objective.stands_for(look.relative_loss)
        self._tell(objective.samples.look(now.calls[0].given, look, stands_for))
        objective.new_samples.look(now.calls[0].given)
        if is_thorough or objective.step % (_MODE * every) == 0:
            self._tell(check_mode(self._model, now.trace, loss))
        if objective.step == 0:
            self._tell(check_untrained_parts(loss, self._model, now.trace, optimizers))
            self._tell(check_unregistered_layers(loss, self._model, optimizers))
        elif is_thorough:  # by now every optimizer of the run has taken a step
            self._tell(check_replaced(loss, self._model, optimizers))
            objective.history.doubts.pop("optimizer.left_out", None)
            left = self._left_out.look(loss, self._model, now.trace, optimizers)
            if left is not None:
                objective.history.doubts[left.rule] = left
        for note in look.notes:
            self._noted(note)
        self._tell(self._penalties.look(loss, now.outputs, now.trace, look.reach, look.doubts))
        self._remember(loss, now, look, objective, is_thorough=is_thorough)
        now.look = look
        self._tell(self.further.at(loss, now, look, held, optimizers))
        if look.reach is not None:
            for one in held.values():
                self.heads.look(now.outputs, now.trace, look.reach.reached, one.by_name)

    def _remember(
        self, loss: Tensor, now: StepUnderWay, look: Look, objective: Objective, *, is_thorough: bool
    ) -> None:
        history, samples = objective.history, objective.samples
        history.kind, history.commonest = look.kind, samples.commonest
        history.has_drifted |= samples.has_drifted
        history.simple_models = samples.behind
        history.weighs_each |= samples.weighs_each
        history.see_targets(has_moved=look.has_moved)
        history.has_single_values |= look.target is not None and look.target.numel() == 1
        if is_thorough:
            history.stacked = list(look.stacked)
        for doubt in (*look.doubts, *samples.doubts()):
            if doubt.rule != "gradient.unreached":
                history.doubts.setdefault(doubt.rule, doubt)
            if doubt.rule == "input.scale" and doubt.value > _FAR_OUT:
                self._tell((*samples.columns(), doubt))
        given = first_tensor_in(now.calls[0].given)
        self._tell((*objective.rows.look(), *objective.batches.look(given)))
        if objective.step == _MOVED and len(now.calls) == 1:
            self._tell(check_ignored_steps(self._model, now.calls[0]))
        if objective.step == 0 and len(now.losses) == 1:
            drawn = look_at_source(now.calls[0])
            found, doubts = ask_model(self._model, now.calls, look.target, loss, now.trace, drawn)
            self._tell((*drawn.symptoms, *found))
            objective.rows.follow(drawn.rows)
            objective.batches.follow(given, drawn.loaders)
            for doubt in doubts:
                history.doubts.setdefault(doubt.rule, doubt)

    def _tell(self, symptoms: Iterable[Symptom]) -> None:
        for symptom in symptoms:
            self._found(symptom)
