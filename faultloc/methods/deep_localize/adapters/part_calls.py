"""The calls of a model's parts that no call of the model encloses: what a training step computes its outputs with."""

from torch import nn
from torch.utils.hooks import RemovableHandle

from faultloc.methods.deep_localize.monitor import TrainingMonitor


class PartCalls:
    """Tells a monitor of every outermost call of a part of ``model``; ``remove`` takes the hooks away.

    A training step may call ``self.net(x)``, or one layer after the other, and never the module that it is a method
    of, whose own hooks then stay silent.
    """

    def __init__(self, model: nn.Module, monitor: TrainingMonitor) -> None:
        self._model, self._monitor = model, monitor
        self._under_way = 0
        self._handles: list[RemovableHandle] = []
        for module in model.modules():
            if module is model or _predicts(module):
                # Ours comes before all other hooks and, also after an error, behind them.
                self._handles.append(module.register_forward_pre_hook(self._begins, prepend=True, with_kwargs=True))
                self._handles.append(module.register_forward_hook(self._ends, always_call=True))

    def begin_batch(self) -> None:
        """No call is under way, whatever became of the last one."""
        self._under_way = 0

    def remove(self) -> None:
        """Takes every hook away; the second call does nothing."""
        for handle in self._handles:
            handle.remove()
        self._handles.clear()

    def _begins(self, module: nn.Module, given: tuple, named: dict) -> None:
        self._under_way += 1
        if self._under_way == 1 and module is not self._model:
            self._monitor.part_begins(module, given, named)

    def _ends(self, module: nn.Module, _: tuple, returned: object) -> None:
        self._under_way -= 1
        if self._under_way == 0 and module is not self._model:
            self._monitor.part_ends(returned)


def _predicts(module: nn.Module) -> bool:
    """Whether a module may compute predictions: losses do not, nor do metrics, which must not be called once more."""
    if isinstance(module, nn.modules.loss._Loss):
        return False
    return type(module).__module__.startswith("torch.nn.") or any(True for _ in module.parameters())
