"""What happens in one training step, put together from what the hooks tell; each symptom is reported as it shows."""

import math
from collections.abc import Callable, Sequence

import torch
from torch import Tensor, nn
from torch.optim import Optimizer

from faultloc.methods.deep_localize.catalogue import Symptom
from faultloc.methods.deep_localize.history import History
from faultloc.methods.deep_localize.hooks.gradients import (
    TotalNorm,
    gradient_norms,
    relative_updates,
    weight_norms,
    weight_sample,
)
from faultloc.methods.deep_localize.hooks.layer_trace import LayerTrace, tensors_in
from faultloc.methods.deep_localize.hooks.targets import SeenTargets
from faultloc.methods.deep_localize.look import look_at_loss
from faultloc.methods.deep_localize.rules.asked_model import ask_model
from faultloc.methods.deep_localize.rules.constant_output import check_constant_output, shows_nothing
from faultloc.methods.deep_localize.rules.dynamics import check_dynamics, explains_nonfinite
from faultloc.methods.deep_localize.rules.nonfinite import ForwardCall, first_nonfinite, nonfinite_gradients
from faultloc.methods.deep_localize.rules.seen_inputs import SeenInputs
from faultloc.methods.deep_localize.rules.wiring import (
    StaleGradients,
    check_gradient_path,
    check_mode,
    check_optimizers,
    check_stepping,
    constant_weights,
    parameters_by_name,
    still_constant,
)
from faultloc.methods.deep_localize.step import StepUnderWay

_DENSE_START, _THOROUGH, _SETTLED = 5, 5, 3
_LONG_RUN, _SELDOM = 200, 5
# Inputs of this size are a mistake whatever comes of it.
_FAR_OUT = 1000


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
        self.history = History()
        self.step = 0
        self.wants_layers = False
        self.given_target: Tensor | None = None
        self._model, self._optimizers, self._every = model, list(optimizers), every
        self._found, self._noted = found, noted
        self._parameters = {id(one): parameters_by_name(model, one) for one in optimizers}
        self._total_norms = {key: TotalNorm(held) for key, held in self._parameters.items()}
        self._stale = StaleGradients(self._parameters)
        self._constant = constant_weights(dict(model.named_parameters()))
        self._targets, self._inputs = SeenTargets(), SeenInputs()
        self._backwards = 0
        # Calls of the model besides the training's own cost as much as a step: they are made once.
        self._asks_model = True
        self._asks_for_change = True
        # The run is lost, or the monitor cannot follow: one diagnosis of it is enough.
        self._is_asleep = False
        self._now = StepUnderWay(is_sampled=True)

    @property
    def is_sampled(self) -> bool:
        """Whether the step under way is looked at closely."""
        return self._now.is_sampled

    def begin_step(self) -> None:
        """Forgets the step before, and lets go of its tensors."""
        # What goes wrong does so early; in a long run it is enough to look now and then.
        every = self._every if self.step <= _LONG_RUN else _SELDOM * self._every
        is_sampled = self.step < _DENSE_START or self.step % every == 0
        if is_sampled or self._now.is_sampled:
            self._now = StepUnderWay(is_sampled)
        else:
            self._now.restart()

    def sleep(self) -> None:
        """Looks no further."""
        self._is_asleep, self.wants_layers = True, False
        self.begin_step()

    # What the hooks tell.

    def forward_begins(self, arguments: tuple, named_arguments: dict) -> None:
        """The model is called: in training when gradients are on."""
        if self._is_asleep or not torch.is_grad_enabled():
            self.wants_layers = False
            return
        self._open_forward(ForwardCall(self._model, arguments, named_arguments))

    def part_begins(self, part: nn.Module, arguments: tuple, named_arguments: dict) -> None:
        """The training step calls a part of the model, outside of any call of the model itself.

        The first such call after a backward pass begins the forward pass.
        """
        if self._is_asleep or not torch.is_grad_enabled():
            return
        call = ForwardCall(part, arguments, named_arguments)
        if self._now.calls and not self._now.is_forward_over:
            self._now.calls.append(call)
        else:
            self._open_forward(call)

    def part_ends(self, returned: object) -> None:
        """A part has given its outputs, which may be the model's."""
        if torch.is_grad_enabled() and not self._is_asleep:
            self._now.outputs = list(tensors_in(returned))

    def _open_forward(self, call: ForwardCall) -> None:
        self._now.calls, self._now.is_forward_over = [call], False
        self.wants_layers = self._now.is_sampled
        if self.wants_layers:
            self._now.trace = LayerTrace([call.arguments, call.named_arguments])

    def layer_returns(self, name: str, layer: nn.Module, given: tuple, returned: object) -> None:
        """A layer was called during a step that is looked at closely."""
        self._now.trace.record(name, layer, given, returned)

    def forward_ends(self, returned: object) -> None:
        """The model has given its outputs."""
        self.wants_layers = False
        if torch.is_grad_enabled() and not self._is_asleep:
            self._now.outputs = list(tensors_in(returned))

    def backward_begins(self, loss: Tensor) -> None:
        """The loss is known, and its graph is still there."""
        if self._is_asleep or not self._now.calls:
            return
        self.wants_layers, self._now.is_forward_over = False, True
        if loss.numel() != 1:
            self._noted(
                f"the loss has {loss.numel()} values; expected one: their mean is followed, contracts are not checked"
            )
        value = loss.item() if loss.numel() == 1 else float(loss.detach().float().mean())
        self._backwards += 1
        self._now.losses.append(value)
        if self._now.is_sampled:
            self._stale.look(has_stepped=self.step > 0)
        if self.step == 0:
            self._check_wiring()
        if not math.isfinite(value):
            self._lost(first_nonfinite(self._model, self._now.calls, value))
        elif self._now.is_sampled:
            self._look_closely(loss, value)

    def step_begins(self, optimizer: Optimizer, has_closure: bool) -> None:
        """Gradients are complete, the weights as they were."""
        if self._is_asleep:
            return
        if self._now.is_sampled:
            self._now.before[id(optimizer)] = weight_sample(self._parameters[id(optimizer)])
        if not has_closure and self._now.calls:
            self._read_gradients(optimizer)

    def step_ends(self, optimizer: Optimizer, has_closure: bool) -> None:
        """The weights have changed."""
        if self._is_asleep or not self._now.calls:
            return
        key = id(optimizer)
        if has_closure:
            self._read_gradients(optimizer)
        if self._now.is_sampled:
            before = self._now.before.get(key, {})
            self._now.updates |= relative_updates(before, self._parameters[key])
            self._now.weights |= weight_norms(before)
            for symptom in self._stale.stepped(key):
                self._found(symptom)
        self._now.stepped.add(key)
        if len(self._now.stepped) == len(self._optimizers):
            self._end_step()

    # What follows from it.

    def _check_wiring(self) -> None:
        for symptom in check_optimizers(self._model, self._optimizers):
            self._found(symptom)
        for symptom in check_stepping(self._backwards):
            self._found(symptom)

    def _look_closely(self, loss: Tensor, value: float) -> None:
        now = self._now
        is_thorough = self.step < _DENSE_START or self.step % (_THOROUGH * self._every) == 0
        look = look_at_loss(
            loss,
            value,
            self._model,
            now.outputs,
            now.trace,
            self.given_target,
            self._targets,
            self._optimizers,
            is_thorough=is_thorough,
        )
        for symptom in (*look.symptoms, *self._inputs.look(now.calls[0].given)):
            self._found(symptom)
        if is_thorough:
            for symptom in check_mode(self._model):
                self._found(symptom)
            self.history.stacked = list(look.stacked)
        for doubt in look.doubts:
            if doubt.rule != "gradient.unreached":
                self.history.doubts.setdefault(doubt.rule, doubt)
            if doubt.rule == "input.scale" and doubt.value > _FAR_OUT:
                self._found(doubt)
        if self._asks_model:
            self._asks_model = False
            found, doubts = ask_model(self._model, now.calls[0], look.target, loss, now.trace)
            for symptom in found:
                self._found(symptom)
            for doubt in doubts:
                self.history.doubts.setdefault(doubt.rule, doubt)
        for note in look.notes:
            self._noted(note)
        now.look = look
        self.history.kind = look.kind

    def _read_gradients(self, optimizer: Optimizer) -> None:
        if not self._now.is_sampled:
            total = self._total_norms[id(optimizer)]()
            self._now.total_norm = math.hypot(self._now.total_norm, total)
            if math.isfinite(total):
                return
        parameters = self._parameters[id(optimizer)]
        norms = gradient_norms(parameters)
        self._now.norms |= norms
        if self._now.is_sampled:
            self._now.total_norm = math.hypot(self._now.total_norm, *norms.values())
        if self.step < _DENSE_START:
            unreached = {doubt.rule: doubt for doubt in self._now.look.doubts}.get("gradient.unreached")
            for symptom in check_gradient_path(self._now.trace, parameters):
                self._found(unreached if unreached is not None and symptom.rule == "gradient.none" else symptom)
        # With a gradient scaler the step itself leaves out gradients that are not finite: no fault.
        if getattr(optimizer, "grad_scale", None) is None and not math.isfinite(sum(norms.values())):
            self._lost(nonfinite_gradients(norms))

    def _end_step(self) -> None:
        now, history = self._now, self.history
        if now.losses:
            history.add_step(sum(now.losses) / len(now.losses), now.total_norm)
        if now.is_sampled and now.losses:
            history.add_sample(now.statistics(self.step, self._optimizers))
            if self._constant and self.step >= _SETTLED and self._has_rate():
                for symptom in still_constant(self._constant, dict(self._model.named_parameters())):
                    self._found(symptom)
                self._constant = []
            if self._asks_for_change and shows_nothing(history):
                self._asks_for_change = False
                for symptom in check_constant_output(self._model, now.calls[0], now.outputs):
                    self._found(symptom)
        if now.is_sampled or history.gradient_norms[-1:] == [0.0]:
            for symptom in check_dynamics(history, follows_one_loss=len(self._optimizers) == 1):
                self._found(symptom)
        self.step += 1
        self.begin_step()

    def _has_rate(self) -> bool:
        return sum(sample.learning_rate > 0 for sample in self.history.sampled) >= 2

    def _lost(self, symptom: Symptom) -> None:
        self._found(symptom)
        if symptom.rule != "input.nonfinite":
            for cause in explains_nonfinite(self.history):
                self._found(cause)
        self.sleep()
