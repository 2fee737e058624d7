"""What happens in one training step, put together from what the hooks tell; each symptom is reported as it shows."""

import functools
import math
from collections.abc import Callable, Sequence
from dataclasses import replace

import torch
from torch import Tensor, nn
from torch.optim import Optimizer

from faultloc.methods.deep_localize.catalogue import Symptom
from faultloc.methods.deep_localize.close_look import CloseLook
from faultloc.methods.deep_localize.gradient_reading import GradientReading, reached_by
from faultloc.methods.deep_localize.history import History
from faultloc.methods.deep_localize.hooks.gradients import updates_and_norms, weight_sample
from faultloc.methods.deep_localize.hooks.held_parameters import HeldParameters
from faultloc.methods.deep_localize.hooks.layer_trace import tensors_in
from faultloc.methods.deep_localize.hooks.optimizer_groups import groups_of
from faultloc.methods.deep_localize.hooks.schedules import plateaus_of, schedules_of
from faultloc.methods.deep_localize.objective import Objective, Objectives
from faultloc.methods.deep_localize.rules.asked_again import AskedAgain
from faultloc.methods.deep_localize.rules.dynamics import check_dynamics, explains_nonfinite
from faultloc.methods.deep_localize.rules.nonfinite import ForwardCall, first_nonfinite
from faultloc.methods.deep_localize.rules.rounded_steps import RoundedSteps
from faultloc.methods.deep_localize.rules.wiring import ConstantWeights, StaleGradients
from faultloc.methods.deep_localize.rules.wrong_comparison import explains_nan
from faultloc.methods.deep_localize.step import StepUnderWay

_SETTLED = 3


class Observer:
    """Follows the training of ``model``; calls ``found`` with each symptom and ``noted`` with what cannot be seen."""

    def __init__(
        self,
        model: nn.Module,
        optimizers: Sequence[Optimizer],
        *,
        every: int,
        found: Callable[[Symptom], object],
        noted: Callable[[str], object],
    ) -> None:
        self.step = 0
        self.wants_layers = False
        # Whether the step under way is looked at closely.
        self.is_sampled = True
        self.given_target: Tensor | None = None
        self._model, self._optimizers, self._every = model, list(optimizers), every
        self._found, self._noted = found, noted
        self._held = {id(one): HeldParameters(model, one) for one in optimizers}
        self._stale = StaleGradients({})
        self._gradients = GradientReading(model, found)
        self._constant, self._rounded = ConstantWeights(model), RoundedSteps()
        self.objectives = Objectives()
        self._backwards = self._closures = 0
        self._look = CloseLook(model, found, noted)
        self.taken_gradients = self._look.further.taken
        self._again = AskedAgain(model)
        # The run is lost, or the monitor cannot follow: one diagnosis of it is enough.
        self._is_asleep = False
        self._now = StepUnderWay(is_sampled=True)
        self.model_has_changed()

    def optimizer_joins(self, optimizer: Optimizer) -> None:
        """One more optimizer takes part."""
        self._optimizers.append(optimizer)
        self._held[id(optimizer)] = HeldParameters(self._model, optimizer)
        self.model_has_changed()

    def model_has_changed(self) -> None:
        """The model has other parameters than before, or the optimizers hold others."""
        for held in self._held.values():
            held.read()
        self._stale.follow({key: held.by_name for key, held in self._held.items()})

    @property
    def histories(self) -> list[History]:
        """The statistics of each objective, in the order of their first steps."""
        return [objective.history for objective in self.objectives.all]

    @property
    def history(self) -> History:
        """The statistics of the first objective."""
        known = self.histories
        return known[0] if known else (self._now.objective or Objective()).history

    @property
    def is_in_call(self) -> bool:
        """Whether a call of one of the modules is under way."""
        return self._now.under_way is not None and not self._now.is_forward_over

    def begin_step(self) -> None:
        """Forgets the step before, and lets go of its tensors."""
        self.taken_gradients.begin_step()
        self.is_sampled = self.objectives.wants_look()
        if self.is_sampled or self._now.is_sampled:
            self._now = StepUnderWay(self.is_sampled)
        else:
            self._now.restart()

    def end(self) -> None:
        """No more will come."""
        if self._now.stepped and not self._is_asleep:
            self._end_step()
        if not self._is_asleep:
            for symptom in self._look.at_end(self.step, self._held):
                self._found(symptom)
            for objective in self.objectives.all if not self._gradients.are_lost else ():
                alone = not self.objectives.is_contested(objective)
                for symptom in check_dynamics(objective.history, follows_one_loss=alone, is_over=True):
                    self._found(symptom)
        self.begin_step()

    def sleep(self) -> None:
        """Looks no further."""
        self._is_asleep, self.wants_layers = True, False
        self.begin_step()

    # What the hooks tell.

    def forward_begins(self, module: nn.Module, arguments: tuple, named_arguments: dict) -> None:
        """The model, or one of several, is called: in training when gradients are on."""
        if self._is_asleep:
            return
        if not torch.is_grad_enabled():
            for symptom in self._look.further.evaluations.look(module, arguments, self.step) if self.step else ():
                self._found(symptom)
            return
        if self._now.stepped and not self._closures:
            self._end_step()
        now = self._now
        if now.under_way is not None and now.under_way is not module and not now.is_forward_over:
            return  # called from inside the call that is under way
        call = ForwardCall(module, arguments, named_arguments)
        if now.calls or now.is_sampled:
            now.open_call(call)
        else:  # as at most steps, which have to be quick
            now.calls.append(call)
            now.under_way = module
        self.wants_layers = now.is_sampled

    def layer_returns(self, name: str, layer: nn.Module, given: tuple, returned: object) -> None:
        """A layer was called during a step that is looked at closely."""
        self._now.traces[-1].record(name, layer, given, returned)

    def forward_ends(self, module: nn.Module, returned: object) -> None:
        """It has given its outputs."""
        now = self._now
        if now.under_way is not module:
            return
        now.under_way, self.wants_layers = None, False
        if now.is_sampled and not self._is_asleep:
            now.returned[-1] = list(tensors_in(returned))

    def backward_begins(self, loss: Tensor) -> None:
        """The loss is known, and its graph is still there."""
        if self._is_asleep:
            return
        if self._now.stepped and not self._closures:
            self._end_step(keeps_calls=True)
        now = self._now
        if not now.calls:
            return
        self.wants_layers, now.is_forward_over, now.under_way = False, True, None
        if loss.numel() != 1:
            self._noted(
                f"the loss has {loss.numel()} values; expected one: their mean is followed, contracts are not checked"
            )
        value = loss.item() if loss.numel() == 1 else float(loss.detach().float().mean())
        self._backwards += 1
        if not now.losses:
            calls, node = now.calls, loss.grad_fn
            modules = id(calls[0].module) if len(calls) == 1 else frozenset([id(call.module) for call in calls])
            now.kind = (None if node is None else node.name(), modules)
        now.losses.append(value)
        if now.is_sampled:
            self._stale.look(has_stepped=self.step > 0)
            now.settle_calls(loss)
            now.reached.append(reached_by(loss, self._held, [call.module for call in now.calls]))
            now.objective = now.objective or self.objectives.expected(now.loss)
        if self.step == 0:
            self._look.check_wiring(now, self._optimizers, self._backwards)
        if not math.isfinite(value):
            for cause in explains_nan(loss) if math.isnan(value) else ():
                self._found(cause)
            self._lost(first_nonfinite(self._model, now.calls, value))
        elif now.is_sampled:
            self._look.at(
                loss, value, now, self.given_target, self._held, self._optimizers, self.objectives, every=self._every
            )

    def step_begins(self, optimizer: Optimizer, has_closure: bool) -> None:
        """Gradients are complete, the weights as they were."""
        if self._is_asleep:
            return
        key = id(optimizer)
        if key in self._now.stepped:
            self._end_step()
        self._closures += has_closure
        now = self._now
        if now.is_sampled:
            is_new = now.objective is not None and now.objective.is_new()
            if is_new or self._held[key].has_changed():
                self.model_has_changed()
            now.before[key] = weight_sample(self._held[key].by_name)
        if not has_closure and now.calls and (now.is_sampled or not self._held[key].has_finite_gradient()):
            self._read_gradients(now, optimizer)

    def step_ends(self, optimizer: Optimizer, has_closure: bool) -> None:
        """The weights have changed."""
        self._closures -= has_closure
        if self._is_asleep or not self._now.calls:
            return
        now, key = self._now, id(optimizer)
        if has_closure:
            self._read_gradients(now, optimizer)
        if now.is_sampled:
            before = now.before.get(key, {})
            updates, weights = updates_and_norms(before, self._held[key].by_name)
            now.updates, now.weights = now.updates | updates, now.weights | weights
            rounded = self._rounded.look(before, self._held[key].by_name, optimizer)
            for symptom in (*self._stale.stepped(key), *rounded):
                self._found(symptom)
        now.stepped.add(key)
        # Of several optimizers, others may step on the same loss: what comes next tells.
        if len(now.stepped) == len(self._optimizers):
            self._end_step()

    # What follows from it.

    def _read_gradients(self, now: StepUnderWay, optimizer: Optimizer) -> None:
        lost = self._gradients.read(now, self._held[id(optimizer)], optimizer, is_alone=len(self._held) == 1)
        if lost is not None:
            self._lost(lost)

    def _end_step(self, *, keeps_calls: bool = False) -> None:
        now = self._now
        if now.losses:
            objective = None if now.is_sampled else self.objectives.seen_again(now.stepped, now.kind)
            if objective is None:
                objective = self.objectives.stepped(frozenset(now.stepped), now.kind, now.loss, now.objective)
            loss = now.losses[0] if len(now.losses) == 1 else sum(now.losses) / len(now.losses)
            objective.history.add_step(loss)
            if now.is_sampled:
                self._add_look(objective)
                objective.plan_look(self._every)
            elif loss > objective.alarm:
                objective.next_look = 0
            objective.step += 1
            # The most steps that one optimizer has taken: two that take turns count once a turn.
            for key in now.stepped:
                held = self._held[key]
                held.steps += 1
                if held.steps > self.step:
                    self.step = held.steps
        before = replace(now) if keeps_calls else None
        self.begin_step()
        if before is not None:
            self._now.take_calls(before)
            self.is_sampled = self._now.is_sampled

    def _add_look(self, objective: Objective) -> None:
        now, history = self._now, objective.history
        if now.reached:
            over = objective.optimizers_over({key: held.steps for key, held in self._held.items()})
            self.objectives.see_reach([one - over for one in now.reached], now.stepped)
        optimizers = [one for one in self._optimizers if id(one) in now.stepped]
        if objective.step == 0:
            history.groups = groups_of(optimizers, dict(self._model.named_parameters()))
            history.schedules = functools.partial(schedules_of, optimizers)
            history.plateaus = functools.partial(plateaus_of, optimizers)
        history.add_sample(now.statistics(objective.step, optimizers), objective.stands_for(now.look.relative_loss))
        if self.step >= _SETTLED and history.moving_looks > 1:
            for symptom in self._constant.check(self._model):
                self._found(symptom)
        self._ask_for_change(objective)
        if len(self._optimizers) > 1 and all(self._held[key].steps_without for key in now.stepped):
            return  # nothing of it is trained, and that has been said
        # Where gradients are lost that has been named, and explains whatever does not move.
        if not self._gradients.are_lost:
            for symptom in check_dynamics(history, follows_one_loss=not self.objectives.is_contested(objective)):
                self._found(symptom)

    def _ask_for_change(self, objective: Objective) -> None:
        """What the model says when asked again, once it has shown that it does not learn."""
        now = self._now
        if len(now.calls) == 1 and not self.objectives.is_contested(objective):
            for symptom in self._again.look(now.calls[0], now.outputs, now.trace, objective.history):
                self._found(symptom)

    def _lost(self, symptom: Symptom) -> None:
        self._found(symptom)
        if symptom.rule != "input.nonfinite":
            objective = self._now.objective or self.objectives.expected(self._now.loss)
            for cause in explains_nonfinite(objective.history):
                self._found(cause)
        self.sleep()
