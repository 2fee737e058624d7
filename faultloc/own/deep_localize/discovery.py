"""Finding the models and the optimizers of a script that knows nothing of a monitor, and attaching one.

An optimizer shows itself when it is made, a model when it is called in training from outside all others. The optimizers
that there are when the first model is called, and what they hold, are one run; an optimizer that is made after the run
has taken steps belongs to it where it holds a parameter of it, and begins another run where it does not. Both are seen
through PyTorch's own global hooks, and the making of an optimizer through ``Optimizer.__init__``, which is wrapped for
as long as the script runs.
"""

import sys
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager

import torch
from torch import nn
from torch.nn.modules.module import register_module_forward_pre_hook
from torch.optim import Optimizer

from faultloc.methods.deep_localize.hooks.held_parameters import held_by
from faultloc.methods.deep_localize.hooks.joined_modules import without_wrapper
from faultloc.methods.deep_localize.monitor import TrainingMonitor
from faultloc.methods.deep_localize.rules.unloaded import check_unloaded
from faultloc.own.deep_localize.script_modules import named_modules_of

MakeMonitor = Callable[[Mapping[str, nn.Module], list[Optimizer]], TrainingMonitor]


class Discovery:
    """The monitors of the trainings of a script, in the order in which they began."""

    def __init__(self, make_monitor: MakeMonitor) -> None:
        self.monitors: list[TrainingMonitor] = []
        self._make = make_monitor
        self._waiting: list[Optimizer] = []
        # By module: the run that it belongs to. Kept with the module, lest another one get its identity.
        self._runs: dict[int, tuple[nn.Module, TrainingMonitor]] = {}
        self._entries: dict[int, nn.Module] = {}
        # Modules that were given a checkpoint, the number of its weights, and of theirs that it lacked.
        self._loaded: list[tuple[nn.Module, int, int]] = []
        # While a trainer trains under its own callback.
        self.is_paused = False

    @property
    def unused(self) -> list[Optimizer]:
        """The optimizers that were made and whose model was not called in training."""
        return list(self._waiting)

    @contextmanager
    def paused(self) -> Iterator[None]:
        """Inside the block, models and optimizers are somebody else's to watch."""
        before, self.is_paused = self.is_paused, True
        try:
            yield
        finally:
            self.is_paused = before

    def optimizer_made(self, optimizer: Optimizer) -> None:
        """An optimizer was made; it belongs to a model that will be called."""
        if not self.is_paused:
            self._waiting.append(optimizer)

    def weights_loaded(self, module: nn.Module, given: int, missing: int) -> None:
        """A module was given a checkpoint of ``given`` weights, in which ``missing`` of its own were not found."""
        if not self.is_paused:
            self._loaded.append((module, given, missing))

    def tell_unloaded(self, variables: Mapping[nn.Module, str]) -> None:
        """Tells the run that began last, if there is any, of modules of whose weights nothing was loaded."""
        for module, given, missing in self._loaded if self.monitors else ():
            name = variables.get(module, type(module).__name__)
            symptom = check_unloaded(name, len(module.state_dict()), given, missing)
            if symptom is not None:
                self.monitors[-1].take_symptom(symptom)
        if self.monitors:
            self._loaded = []

    def module_called(self, module: nn.Module, given: tuple, named: dict) -> None:
        """A module was called, from outside all others or from inside one."""
        if self.is_paused or not (self._waiting or self.monitors) or not torch.is_grad_enabled():
            return
        if self._waiting and self.monitors:
            self._waiting = [one for one in self._waiting if not self._joins(one)]
        known = self._runs.get(id(module))
        if known is not None and id(module) in self._entries:
            return
        if any(monitor.is_in_call() for monitor in self.monitors):
            return
        if not _computes(module):
            return
        if known is not None:
            monitor = known[1]
        elif self._waiting:
            monitor = self._begin_run(module)
        elif self.monitors:
            monitor = self._extend_run(module)
        else:
            return
        self._entries[id(module)] = module
        monitor.watch_calls_of(module)
        monitor.forward_begins(given, named, module)

    def _joins(self, optimizer: Optimizer) -> bool:
        """Whether the optimizer, made later, is taken into a run that is under way.

        What it holds of the run may have been replaced since: then another optimizer of the run holds it as well.
        """
        held = held_by([optimizer])
        for monitor in reversed(self.monitors):
            if held.keys() & ({id(one) for one in monitor.parameters()} | monitor.held_parameters()):
                monitor.add_optimizer(optimizer)
                return True
        return False

    def _begin_run(self, module: nn.Module) -> TrainingMonitor:
        # An optimizer of other parameters is a fault, and the monitor's to find.
        optimizers, self._waiting = self._waiting, []
        held = held_by(optimizers)
        variables = named_modules_of(sys._getframe(1))
        called = _outermost(module, variables)
        parts = {called: variables.get(called, type(called).__name__)}
        covered = {id(inner) for inner in called.modules()} | set(self._runs)
        for other in sorted(variables, key=lambda one: -len(list(one.modules()))):
            own = {id(parameter) for parameter in other.parameters()}
            if own & held.keys() and id(other) not in covered and not _holds(other, called):
                parts[other] = variables[other]
                covered |= {id(inner) for inner in other.modules()}
        order = [one for one in variables if one in parts]
        names: dict[str, nn.Module] = {}
        for part in [*order, *(one for one in parts if one not in variables)]:
            name = parts[part]
            number = 2
            while name in names:
                name, number = f"{parts[part]}_{number}", number + 1
            names[name] = part
        monitor = self._make(names, optimizers).attach()
        self.monitors.append(monitor)
        for part in parts:
            self._belongs(part, monitor)
        self.tell_unloaded(variables)
        return monitor

    def _extend_run(self, module: nn.Module) -> TrainingMonitor:
        monitor = self.monitors[-1]
        variables = named_modules_of(sys._getframe(1))
        part = _outermost(module, variables)
        monitor.add_module(variables.get(part, type(part).__name__), part)
        self._belongs(part, monitor)
        return monitor

    def _belongs(self, part: nn.Module, monitor: TrainingMonitor) -> None:
        for inner in part.modules():
            self._runs[id(inner)] = (inner, monitor)
        self._entries[id(part)] = part


def _computes(module: nn.Module) -> bool:
    """Whether a module has parameters to train or to be trained through; losses that have none are no models."""
    return any(True for _ in module.parameters()) and not isinstance(module, nn.modules.loss._Loss)


def _outermost(module: nn.Module, variables: Mapping[nn.Module, str]) -> nn.Module:
    """The largest module among the script's variables that ``module`` is a part of, or itself."""
    inner = without_wrapper(module)
    around = [one for one in variables if _holds(one, inner)]
    return max(around, key=lambda one: len(list(one.modules())), default=inner)


def _holds(outer: nn.Module, inner: nn.Module) -> bool:
    return any(one is inner for one in outer.modules())


@contextmanager
def discovering(make_monitor: MakeMonitor) -> Iterator[Discovery]:
    """Watches for models and optimizers inside the block; all monitors are closed and all hooks gone afterwards."""
    discovery = Discovery(make_monitor)
    original, load = Optimizer.__init__, nn.Module.load_state_dict

    def noticed(self: Optimizer, *given: object, **named: object) -> None:
        original(self, *given, **named)  # type: ignore[arg-type]
        discovery.optimizer_made(self)

    def loaded(self: nn.Module, state_dict: Mapping[str, object], *given: object, **named: object) -> object:
        found = load(self, state_dict, *given, **named)  # type: ignore[arg-type]
        missing = getattr(found, "missing_keys", ())
        if missing:
            discovery.weights_loaded(self, len(state_dict), len(missing))
        return found

    Optimizer.__init__ = noticed  # type: ignore[method-assign]
    nn.Module.load_state_dict = loaded  # type: ignore[method-assign]
    # Global hooks are not told of keyword arguments: a batch given by keyword is seen from the next call on.
    hook = register_module_forward_pre_hook(
        lambda module, given: None if torch.compiler.is_compiling() else discovery.module_called(module, given, {})
    )
    try:
        yield discovery
    finally:
        hook.remove()
        Optimizer.__init__ = original  # type: ignore[method-assign]
        nn.Module.load_state_dict = load  # type: ignore[method-assign]
        discovery.tell_unloaded({})
        for monitor in discovery.monitors:
            monitor.close()
