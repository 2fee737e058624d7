"""A monitor inside the training loop: which layer and phase of the run is at fault, and what to do about it."""

import math
import warnings
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import Literal, get_args

import torch
from torch import Tensor, nn
from torch.optim import Optimizer

from faultloc.errors import ConfigError
from faultloc.methods.deep_localize.catalogue import RULES, Symptom, as_finding, cause_first
from faultloc.methods.deep_localize.diagnosis import Diagnosis, FaultWarning, TrainingFault
from faultloc.methods.deep_localize.dynamics import check_dynamics, explains_nonfinite
from faultloc.methods.deep_localize.finding import OPTIMIZER, Finding
from faultloc.methods.deep_localize.gradients import gradient_norms, relative_updates, weight_sample
from faultloc.methods.deep_localize.history import History, SampledStep
from faultloc.methods.deep_localize.layer_trace import LayerTrace, layers_of, owner_of, tensors_in
from faultloc.methods.deep_localize.look import Look, look_at_loss
from faultloc.methods.deep_localize.nonfinite import ForwardCall, first_nonfinite
from faultloc.methods.deep_localize.taps import Taps
from faultloc.methods.deep_localize.targets import SeenTargets
from faultloc.methods.deep_localize.wiring import (
    check_gradient_path,
    check_optimizers,
    constant_weights,
    parameters_by_name,
    still_constant,
)
from faultloc.settings_check import check_number

OnError = Literal["warn", "stop", "raise"]

_DENSE_START = 5
_STALE_STEPS, _NEVER_STEPS, _EVALUATING = 3, 50, 3


class TrainingMonitor:
    """Watches the training of ``model`` by ``optimizer`` (or several) and keeps a finding for each fault that it sees.

        monitor = TrainingMonitor(model, optimizer).attach()
        ...                               # the training loop, unchanged
        print(monitor.close().summary)

    or, around each step and telling the targets, ``with monitor.step(inputs, targets): ...``. Losses and gradient norms
    are read at every step; contracts at the first; full statistics at the first five steps and every ``every`` steps.
    The monitor draws no random number and changes no value: training gives the same bits with and without it.

    ``loss_fn`` is only needed for a loss module of your own, to see its targets. ``on_error`` says what an error does:
    ``warn`` warns (as for every finding), ``stop`` sets ``should_stop``, which the loop may look at, ``raise`` raises
    ``TrainingFault`` at the end of the step.

    Source: Wardat, Le and Rajan, "DeepLocalize: Fault Localization for Deep Neural Networks", ICSE 2021.
    Differs: contracts, causes and advice beside symptoms; magnitudes instead of signed means; the batch that was
    trained on; no exit. The tool as it was released is ``released_rules.ReleasedMonitor``.
    """

    def __init__(
        self,
        model: nn.Module,
        optimizer: Optimizer | Sequence[Optimizer],
        loss_fn: Callable[..., Tensor] | None = None,
        *,
        every: int = 10,
        on_error: str = "warn",
        on_finding: Callable[[Finding], object] | None = None,
    ) -> None:
        check_number("every", every, at_least=1, whole=True)
        if on_error not in get_args(OnError):
            raise ConfigError(f"on_error is {on_error!r}; expected {', '.join(get_args(OnError))}")
        self.findings: list[Finding] = []
        self.notes: list[str] = []
        self.history = History()
        self.should_stop = False
        self.wants_layers = False
        self._model, self._loss_fn = model, loss_fn
        self._optimizers = [optimizer] if isinstance(optimizer, Optimizer) else list(optimizer)
        self._every, self._on_error = every, on_error
        self._on_finding = on_finding or _warn
        self._taps: Taps | None = None
        self._loss_hook: torch.utils.hooks.RemovableHandle | None = None
        self._parameters = {id(one): parameters_by_name(model, one) for one in self._optimizers}
        self._constant = constant_weights(dict(model.named_parameters()))
        self._targets = SeenTargets()
        self._given_target: Tensor | None = None
        self._step = 0
        self._is_asleep = False
        self._stale: dict[int, list[bool]] = {id(one): [] for one in self._optimizers}
        self._stale_steps = self._evaluating = self._backwards = 0
        self._has_stepped = False
        self._begin_step()

    def _begin_step(self) -> None:
        self._calls: list[ForwardCall] = []
        self._is_forward_over = False
        self._outputs: list[Tensor] = []
        self._trace = LayerTrace()
        self._losses: list[float] = []
        self._look: Look | None = None
        self._norms: dict[str, float] = {}
        self._before: dict[int, dict[str, Tensor]] = {}
        self._updates: dict[str, float] = {}
        self._stepped: set[int] = set()
        self._is_sampled = self._step < _DENSE_START or self._step % self._every == 0

    # Life of the monitor.

    def attach(self) -> "TrainingMonitor":
        """Watches from now on, through hooks, until ``close``; the loop needs no change."""
        if self._taps is None:
            self._taps = Taps(self, self._model, self._optimizers)
            if isinstance(self._loss_fn, nn.Module):
                self._loss_hook = self._loss_fn.register_forward_hook(self._loss_was_called)
        return self

    def close(self) -> Diagnosis:
        """Takes all hooks away; what was found, the likeliest root cause first."""
        if self._taps is not None:
            self._taps.remove()
            self._taps = None
        if self._loss_hook is not None:
            self._loss_hook.remove()
            self._loss_hook = None
        self._begin_step()  # lets go of tensors
        return self.diagnosis()

    def diagnosis(self) -> Diagnosis:
        """What was found so far, the likeliest root cause first."""
        notes = list(self.notes)
        if not self.history.losses and not self.findings:
            notes.append(
                "no training step was seen; expected the model to be called, backward() and step() while the monitor "
                "is attached: is the loader empty?"
            )
        layers = list(
            dict.fromkeys([*layers_of(self._model).values(), *map(owner_of, dict(self._model.named_parameters()))])
        )
        return Diagnosis(cause_first(self.findings), layers, len(self.history.losses), notes)

    def __enter__(self) -> "TrainingMonitor":
        return self.attach()

    def __exit__(self, *_: object) -> None:
        self.close()

    @contextmanager
    def step(self, inputs: object = None, targets: object = None) -> Iterator[None]:
        """Watches the one training step inside the block; ``targets`` are what its loss compares with."""
        was_attached = self._taps is not None
        self._given_target = targets if isinstance(targets, Tensor) else None
        self.attach()
        try:
            yield
        finally:
            self._given_target = None
            if not was_attached and self._taps is not None:
                self._taps.remove()
                self._taps = None

    # What the hooks tell.

    def forward_begins(self, arguments: tuple, named_arguments: dict) -> None:
        """The model is called: in training when gradients are on."""
        if self._is_asleep or not torch.is_grad_enabled():
            self.wants_layers = False
            return
        self._forward_opens(ForwardCall(self._model, arguments, named_arguments))

    def part_begins(self, part: nn.Module, arguments: tuple, named_arguments: dict) -> None:
        """A part of the model is called by the training step itself, outside of any call of the model.

        For trainers whose step need not call the model: the first part after a backward pass begins the forward pass.
        """
        if self._is_asleep or not torch.is_grad_enabled():
            return
        call = ForwardCall(part, arguments, named_arguments)
        if self._calls and not self._is_forward_over:
            self._calls.append(call)
        else:
            self._forward_opens(call)

    def part_ends(self, returned: object) -> None:
        """A part has given its output, which may be the model's."""
        if torch.is_grad_enabled() and not self._is_asleep:
            self._outputs = list(tensors_in(returned))

    def _forward_opens(self, call: ForwardCall) -> None:
        self._calls = [call]
        self._is_forward_over = False
        self.wants_layers = self._is_sampled
        if self.wants_layers:
            self._trace = LayerTrace([call.arguments, call.named_arguments])

    def layer_returns(self, name: str, layer: nn.Module, given: tuple, returned: object) -> None:
        """A layer was called during a step that is looked at closely."""
        self._trace.record(name, layer, given, returned)

    def forward_ends(self, returned: object) -> None:
        """The model has given its outputs."""
        self.wants_layers = False
        if torch.is_grad_enabled() and not self._is_asleep:
            self._outputs = list(tensors_in(returned))

    def _loss_was_called(self, _: nn.Module, given: tuple, returned: object) -> None:
        if len(given) > 1 and isinstance(given[1], Tensor):
            self._given_target = given[1]

    def backward_begins(self, loss: Tensor) -> None:
        """The loss is known, and its graph is still there."""
        if self._is_asleep or not self._calls:
            return
        self.wants_layers, self._is_forward_over = False, True
        self._backwards += 1
        if loss.numel() != 1:
            self._note(
                f"the loss has {loss.numel()} values; expected one: their mean is followed, and contracts are not checked"
            )
        value = float(loss.detach().float().mean())
        self._losses.append(value)
        self._look_for_stale_gradients()
        if not math.isfinite(value):
            self._is_asleep = True  # the run is lost: one diagnosis of it is enough
            self._lost(first_nonfinite(self._model, self._calls, value))
        elif self._is_sampled and loss.numel() == 1:
            self._look = look_at_loss(
                loss, value, self._model, self._outputs, self._trace, self._given_target, self._targets
            )
            for symptom in self._look.symptoms:
                self._found(symptom)
            self._note(*self._look.notes)
            self.history.kind = self._look.kind
        if self._step == 0 and not self._has_stepped:
            for symptom in check_optimizers(self._model, self._optimizers):
                self._found(symptom)
            if self._backwards == _NEVER_STEPS:
                self._found(
                    Symptom(
                        "optimizer.never_steps",
                        OPTIMIZER,
                        self._backwards,
                        _NEVER_STEPS,
                        f"{self._backwards} backward passes have run, and the optimizer has taken no step",
                    )  # fmt: skip
                )
                self._obey()
        if not self._model.training and self._is_sampled:
            self._look_for_evaluation_mode()

    def step_begins(self, optimizer: Optimizer, *, has_closure: bool) -> None:
        """Gradients are complete, the weights as they were."""
        if self._is_asleep or not self._calls and not has_closure:
            return
        if self._is_sampled:
            self._before[id(optimizer)] = weight_sample(self._parameters[id(optimizer)])
        if not has_closure:
            self._read_gradients(optimizer)

    def step_ends(self, optimizer: Optimizer, *, has_closure: bool) -> None:
        """The weights have changed."""
        self._has_stepped = True
        if self._is_asleep:
            self._obey()
            return
        if not self._calls:
            return
        if has_closure:
            self._read_gradients(optimizer)
        key = id(optimizer)
        self._updates |= relative_updates(self._before.get(key, {}), self._parameters[key])
        stale = self._stale[key]
        self._stale_steps = self._stale_steps + 1 if stale and all(stale) else 0
        stale.clear()
        self._stepped.add(key)
        if len(self._stepped) == len(self._optimizers) or len(self._optimizers) == 1:
            self._end_step()

    # What follows from it.

    def _end_step(self) -> None:
        if self._losses:
            self.history.losses.append(sum(self._losses) / len(self._losses))
            self.history.gradient_norms.append(math.hypot(*self._norms.values()) if self._norms else 0.0)
        if self._stale_steps >= _STALE_STEPS:
            self._found(
                Symptom(
                    "optimizer.stale_gradients",
                    OPTIMIZER,
                    self._stale_steps,
                    _STALE_STEPS,
                    f"in {self._stale_steps} steps on end, gradients of the step before were still there when "
                    "backward() began, and added up",
                )  # fmt: skip
            )
        if self._is_sampled and self._losses:
            self.history.sampled.append(self._sample())
            if self._constant and self._step >= 3 and self._has_rate():
                for symptom in still_constant(self._constant, dict(self._model.named_parameters())):
                    self._found(symptom)
                self._constant = []
        if self._is_sampled or self.history.gradient_norms[-1:] == [0.0]:
            for symptom in check_dynamics(self.history, follows_one_loss=len(self._optimizers) == 1):
                self._found(symptom)
        self._step += 1
        self._begin_step()
        self._obey()

    def _sample(self) -> SampledStep:
        look = self._look or Look()
        rate = max((float(group["lr"]) for one in self._optimizers for group in one.param_groups), default=0.0)
        weights = {name: norm for name, norm in self._norms.items() if self._model.get_parameter(name).dim() >= 2}
        return SampledStep(
            step=self._step,
            gradients=weights,
            updates=self._updates,
            dead={one.place: one.dead for one in look.activations},
            saturated={one.place: one.saturated for one in look.activations},
            learning_rate=rate,
            plain_loss=look.plain_loss,
            relative_loss=look.relative_loss,
        )

    def _has_rate(self) -> bool:
        return sum(sample.learning_rate > 0 for sample in self.history.sampled) >= 2

    def _read_gradients(self, optimizer: Optimizer) -> None:
        parameters = self._parameters[id(optimizer)]
        norms = gradient_norms(parameters)
        self._norms |= norms
        if self._is_sampled:
            for symptom in check_gradient_path(self._trace, parameters):
                self._found(symptom)
        # With a gradient scaler the step itself leaves out gradients that are not finite: no fault.
        if getattr(optimizer, "grad_scale", None) is None and not math.isfinite(sum(norms.values())):
            bad = [name for name, norm in norms.items() if not math.isfinite(norm)]
            self._is_asleep = True
            self._lost(
                Symptom(
                    "gradient.nonfinite",
                    owner_of(bad[-1]),
                    len(bad),
                    0,
                    f"the loss is {self._losses[-1] if self._losses else math.nan:.4g}, and the gradients of {len(bad)} of "
                    f"{len(norms)} parameters are NaN or infinite, nearest the loss that of {bad[-1]}",
                )  # fmt: skip
            )

    def _lost(self, symptom: Symptom) -> None:
        self._found(symptom)
        if symptom.rule != "input.nonfinite":
            for cause in explains_nonfinite(self.history):
                self._found(cause)

    def _look_for_stale_gradients(self) -> None:
        for key, parameters in self._parameters.items():
            first = next((one.grad for one in parameters.values() if one.requires_grad and one.grad is not None), None)
            self._stale[key].append(self._has_stepped and first is not None and bool(first.count_nonzero()))

    def _look_for_evaluation_mode(self) -> None:
        kinds = (nn.modules.batchnorm._BatchNorm, nn.modules.dropout._DropoutNd)
        odd = [name for module, name in layers_of(self._model).items() if isinstance(module, kinds)]
        self._evaluating += 1
        if odd and self._evaluating == _EVALUATING:
            self._found(
                Symptom(
                    "model.evaluating", odd[0], self._evaluating, _EVALUATING, "the model is trained in evaluation mode"
                )
            )

    def _found(self, symptom: Symptom) -> None:
        if any(known.rule == symptom.rule for known in self.findings):
            return
        finding = as_finding(symptom, self._step)
        self.findings.append(finding)
        self._on_finding(finding)

    def _note(self, *sentences: str) -> None:
        self.notes.extend(sentence for sentence in sentences if sentence not in self.notes)

    def _obey(self) -> None:
        errors = [finding for finding in cause_first(self.findings) if RULES[finding.rule].severity == "error"]
        if not errors or self._on_error == "warn":
            return
        self.should_stop = True
        if self._on_error == "raise":
            raise TrainingFault(errors[0])


def _warn(finding: Finding) -> None:
    warnings.warn(f"{finding.severity}: {finding.text}", FaultWarning, stacklevel=3)
