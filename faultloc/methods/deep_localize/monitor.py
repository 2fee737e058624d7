"""A monitor inside the training loop: which layer and phase of the run is at fault, and what to do about it."""

import warnings
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import replace
from typing import Literal, get_args

import torch
from torch import Tensor, nn
from torch.optim import Optimizer

from faultloc.errors import ConfigError
from faultloc.methods.deep_localize.catalogue import Symptom, as_finding, cause_first
from faultloc.methods.deep_localize.catalogue.order import OF_GUESSING
from faultloc.methods.deep_localize.diagnosis import Diagnosis, FaultWarning, TrainingFault
from faultloc.methods.deep_localize.finding import Finding
from faultloc.methods.deep_localize.first_findings import FirstFindings
from faultloc.methods.deep_localize.history import History
from faultloc.methods.deep_localize.hooks.held_parameters import held_by
from faultloc.methods.deep_localize.hooks.joined_modules import JoinedModules, parts_of, what_is_in
from faultloc.methods.deep_localize.hooks.layer_trace import layers_of, owner_of
from faultloc.methods.deep_localize.hooks.taps import Taps
from faultloc.methods.deep_localize.observer import Observer
from faultloc.methods.deep_localize.raised.explain import error_in_words, explain_error
from faultloc.settings_check import check_number

OnError = Literal["warn", "stop", "raise"]


class TrainingMonitor:
    """Watches the training of ``model`` by ``optimizer`` (or several) and keeps a finding for each fault that it sees.

        monitor = TrainingMonitor(model, optimizer).attach()
        ...                               # the training loop, unchanged
        print(monitor.close().summary)

    or, around each step and telling the targets, ``with monitor.step(inputs, targets): ...``. Losses,
    and one gradient of each optimizer, are read at every step; contracts at the first; full statistics at the first
    five steps, then every ``every`` steps, and after 200 steps every five times ``every``; where the loss has come
    below a half or a tenth of the best constant guess's, twice or four times as seldom, until it rises again.
    Several modules that are trained together are given as a mapping of names to modules (or as a list), and all their
    optimizers: places are then ``name.layer``, and each loss with the optimizers that step after it has a history.
    The monitor draws no random number and changes no value: training gives the same bits with and without it.

    ``loss_fn`` is only needed for a loss module of your own, to see its targets. ``on_error`` says what an error does:
    ``warn`` warns (as for every finding), ``stop`` sets ``should_stop``, which the loop may look at, ``raise`` raises
    ``TrainingFault`` at the end of the step. Warnings are given for the first finding and for one more that is a
    likelier cause; ``on_finding`` is called with each finding, in place of them.

    Source: Wardat, Le and Rajan, "DeepLocalize: Fault Localization for Deep Neural Networks", ICSE 2021.
    Differs: contracts, causes and advice beside symptoms; magnitudes instead of signed means; the batch that was
    trained on; no exit. The tool as it was released is ``released_rules.ReleasedMonitor``.
    """

    def __init__(
        self,
        model: nn.Module | Sequence[nn.Module] | Mapping[str, nn.Module],
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
        self.should_stop = False
        self._model, self._loss_fn = _as_one(model), loss_fn
        self._ended_by = ""
        self._optimizers = [optimizer] if isinstance(optimizer, Optimizer) else list(optimizer)
        self._on_error = on_error
        self._on_finding = on_finding or FirstFindings(_warn)
        self._taps: Taps | None = None
        self._part: nn.Module | None = None
        self._loss_hook: torch.utils.hooks.RemovableHandle | None = None
        self._observer = Observer(self._model, self._optimizers, every=every, found=self._found, noted=self._note)

    @property
    def title(self) -> str:
        """What is trained, for people: a model's class, or the names of several modules."""
        return what_is_in(self._model)

    @property
    def history(self) -> History:
        """The statistics so far."""
        return self._observer.history

    @property
    def histories(self) -> list[History]:
        """The statistics of each objective: of each loss with the optimizers that step after it."""
        return self._observer.histories or [self._observer.history]

    def attach(self) -> "TrainingMonitor":
        """Watches from now on, through hooks, until ``close``; the loop needs no change."""
        if self._taps is None:
            after = None if self._on_error == "warn" else self._obey
            try:
                watched = (self._observer, self._model, self._optimizers)
                several = isinstance(self._model, JoinedModules)
                self._taps = Taps(*watched, after=after, failed=self._failed, hears_every_end=several)
            except RuntimeError as error:  # a scripted module takes none
                self._note(f"no hook can be put on {self.title} ({error}): nothing of it is seen")
                return self
            self._observer.taken_gradients.listen()
            if isinstance(self._loss_fn, nn.Module):
                self._loss_hook = self._loss_fn.register_forward_hook(self._loss_was_called)
        return self

    def add_module(self, name: str, module: nn.Module) -> None:
        """Takes one more module into a run that was begun with a mapping of names to modules.

        Raises:
            ConfigError: the monitor was made for one model, which has no name to be told from others by.
        """
        if not isinstance(self._model, JoinedModules):
            raise ConfigError("a monitor of one model takes no further ones; expected it to be made with a mapping")
        before = parts_of(self._model)
        first = next(iter(self._model._modules))
        self._model.join(name, module)
        if list(before) == [""]:
            # From now on the first part's layers go by its name, too.
            self.findings = [
                finding
                if finding.layer is None
                else replace(finding, place=f"{first}.{finding.place}", layer=f"{first}.{finding.layer}")
                for finding in self.findings
            ]
        self._observer.model_has_changed()
        if self._taps is not None:
            self._taps.watch_layers_of(self._model)

    def take_symptom(self, symptom: Symptom) -> None:
        """Takes in what was seen of the run from outside, before it began for instance."""
        self._found(symptom)

    def watch_calls_of(self, module: nn.Module) -> None:
        """Follows the calls of a module that is a part of one of the run's, or a wrapper around one."""
        if self._taps is not None:
            self._taps.hear_every_end()
            self._taps.watch_calls_of(module)

    def is_in_call(self) -> bool:
        """Whether a call of one of the run's modules is under way; of one model alone, known from the next call on."""
        if self._taps is not None:
            self._taps.hear_every_end()
        return self._observer.is_in_call

    def parameters(self) -> Iterator[nn.Parameter]:
        """The parameters of all modules of the run."""
        return self._model.parameters()

    def held_parameters(self) -> set[int]:
        """The identities of the parameters that the run's optimizers hold."""
        return set(held_by(self._optimizers))

    def add_optimizer(self, optimizer: Optimizer) -> None:
        """Takes one more optimizer into the run."""
        self._optimizers.append(optimizer)
        self._observer.optimizer_joins(optimizer)
        if self._taps is not None:
            self._taps.watch_steps_of(optimizer)

    def forward_begins(self, arguments: tuple, named_arguments: dict, module: nn.Module | None = None) -> None:
        """Tells of a call of the model that had begun when the monitor was attached."""
        if self._taps is not None:
            called = module if module is not None else next(iter(parts_of(self._model).values()))
            self._taps.forward_begins(called, arguments, named_arguments)

    def part_begins(self, part: nn.Module, arguments: tuple, named_arguments: dict) -> None:
        """Tells of a call of a part of the model, by a training step that does not call the model itself."""
        if self._taps is not None:
            self._part = part
            self._taps.hear_every_end()
            self._taps.forward_begins(part, arguments, named_arguments)

    def part_ends(self, returned: object) -> None:
        """Tells of what that call has given."""
        if self._taps is not None and self._part is not None:
            self._taps.forward_ends(self._part, returned)

    def ended_by(self, error: BaseException, *, explain: bool = True) -> None:
        """Tells what ended the training before its time; what is known of its cause becomes a finding."""
        self._ended_by = error_in_words(error)
        symptom = explain_error(error, self._model) if explain else None
        if symptom is not None:
            self._found(symptom)

    def close(self) -> Diagnosis:
        """Takes all hooks away; what was found, the likeliest root cause first."""
        self._detach()
        self._observer.end()
        self._take_back_guessing()
        return self.diagnosis()

    def diagnosis(self) -> Diagnosis:
        """What was found so far, the likeliest root cause first."""
        notes = list(self.notes)
        steps = self._observer.step
        if not steps and not self.findings and not notes:
            notes.append(
                "no training step was seen; expected the model to be called, backward() and step() while the monitor "
                "is attached: is the loader empty?"
            )
        owners = [owner_of(name) for name, _ in self._model.named_parameters()]
        layers = list(dict.fromkeys([*layers_of(self._model).values(), *owners]))
        return Diagnosis(cause_first(self.findings), layers, steps, notes, self._ended_by)

    def __enter__(self) -> "TrainingMonitor":
        return self.attach()

    def __exit__(self, _: object, error: BaseException | None, __: object) -> None:
        if error is not None and not isinstance(error, TrainingFault):
            self.ended_by(error)
        self.close()

    @contextmanager
    def step(self, inputs: object = None, targets: object = None) -> Iterator[None]:
        """Watches the one training step inside the block; ``targets`` are what its loss compares with."""
        was_attached = self._taps is not None
        self._observer.given_target = targets if isinstance(targets, Tensor) else None
        self.attach()
        try:
            yield
        finally:
            self._observer.given_target = None
            if not was_attached:
                self._detach()

    def _detach(self) -> None:
        if self._taps is not None:
            self._taps.remove()
            self._observer.taken_gradients.stop()
            self._taps = None
        if self._loss_hook is not None:
            self._loss_hook.remove()
            self._loss_hook = None

    def _loss_was_called(self, _: nn.Module, given: tuple, returned: object) -> None:
        if len(given) > 1 and isinstance(given[1], Tensor):
            self._observer.given_target = given[1]

    def _found(self, symptom: Symptom) -> None:
        if any(known.rule == symptom.rule for known in self.findings):
            return
        finding = as_finding(symptom, self._observer.step)
        self.findings.append(finding)
        self._on_finding(finding)

    def _take_back_guessing(self) -> None:
        """A model that was no better than a guess, and has learned since from samples that it never saw before."""
        said = [one for one in self.findings if one.rule in OF_GUESSING]
        if said and self._observer.objectives.have_outgrown_guessing():
            self.findings = [one for one in self.findings if one not in said]
            self._note(
                f"at step {said[0].step} the model was no better than a constant guess; it has learned since, from "
                "samples that were new at every step, and what was said of that is taken back"
            )

    def _note(self, sentence: str) -> None:
        if sentence not in self.notes:
            self.notes.append(sentence)

    def _failed(self, error: Exception) -> None:
        """Whatever the monitor itself cannot cope with: training goes on without it."""
        self._observer.sleep()
        self._note(
            f"the monitor could not follow this run and has stopped watching it ({type(error).__name__}: {error}); "
            "training went on"
        )

    def _obey(self) -> None:
        if not self.findings:
            return
        errors = [finding for finding in cause_first(self.findings) if finding.severity == "error"]
        if not errors:
            return
        self.should_stop = True
        if self._on_error == "raise":
            raise TrainingFault(errors[0])


def _as_one(model: nn.Module | Sequence[nn.Module] | Mapping[str, nn.Module]) -> nn.Module:
    """One module as it is, several joined: by their names, or by those of their classes."""
    if isinstance(model, nn.Module):
        return model
    if isinstance(model, Mapping):
        return JoinedModules(model)
    joined = JoinedModules({})
    for one in model:
        joined.join(type(one).__name__, one)
    return joined


def _warn(finding: Finding) -> None:
    warnings.warn(f"{finding.severity}: {finding.text}", FaultWarning, stacklevel=4)
