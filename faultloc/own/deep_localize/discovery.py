"""Finding the model and the optimizers of a script that knows nothing of a monitor, and attaching one.

An optimizer shows itself when it is made, a model when it is called in training: the outermost module of the first call
after an optimizer was made. Both are seen through PyTorch's own global hooks, and the making of an optimizer
through ``Optimizer.__init__``, which is wrapped for as long as the script runs.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager

import torch
from torch import nn
from torch.nn.modules.module import register_module_forward_pre_hook
from torch.optim import Optimizer

from faultloc.methods.deep_localize.monitor import TrainingMonitor

MakeMonitor = Callable[[nn.Module, list[Optimizer]], TrainingMonitor]


class Discovery:
    """The monitors of the models that a script trains, in the order in which it began to."""

    def __init__(self, make_monitor: MakeMonitor) -> None:
        self.monitors: list[TrainingMonitor] = []
        self._make = make_monitor
        self._waiting: list[Optimizer] = []
        self._watched: set[int] = set()
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

    def module_called(self, module: nn.Module, given: tuple, named: dict) -> None:
        """A module was called, from outside all others or from inside one."""
        if self.is_paused or not self._waiting or not torch.is_grad_enabled() or id(module) in self._watched:
            return
        own = {id(parameter) for parameter in module.parameters()}
        if not own or isinstance(module, nn.modules.loss._Loss):
            return
        theirs = [one for one in self._waiting if own & _held(one)]
        # An optimizer of other parameters is a fault, and the monitor's to find: the model is trained by none besides.
        chosen = theirs or list(self._waiting)
        self._waiting = [one for one in self._waiting if one not in chosen]
        self._watched.update(id(inner) for inner in module.modules())
        monitor = self._make(module, chosen).attach()
        self.monitors.append(monitor)
        monitor.forward_begins(given, named)


def _held(optimizer: Optimizer) -> set[int]:
    return {id(parameter) for group in optimizer.param_groups for parameter in group["params"]}


@contextmanager
def discovering(make_monitor: MakeMonitor) -> Iterator[Discovery]:
    """Watches for models and optimizers inside the block; all monitors are closed and all hooks gone afterwards."""
    discovery = Discovery(make_monitor)
    original = Optimizer.__init__

    def noticed(self: Optimizer, *given: object, **named: object) -> None:
        original(self, *given, **named)  # type: ignore[arg-type]
        discovery.optimizer_made(self)

    Optimizer.__init__ = noticed  # type: ignore[method-assign]
    # Global hooks are not told of keyword arguments: a batch given by keyword is seen from the next call on.
    hook = register_module_forward_pre_hook(lambda module, given: discovery.module_called(module, given, {}))
    try:
        yield discovery
    finally:
        hook.remove()
        Optimizer.__init__ = original  # type: ignore[method-assign]
        for monitor in discovery.monitors:
            monitor.close()
