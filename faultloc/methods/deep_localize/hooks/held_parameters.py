"""What one optimizer holds of a model, and the quick question whether its gradients are there, zero or not finite."""

import math
from collections.abc import Iterable

import torch
from torch import Tensor, nn
from torch.optim import Optimizer

from faultloc.methods.deep_localize.hooks.autograd_walk import leaves_of
from faultloc.methods.deep_localize.hooks.gradients import gradient_norms

# Squares of gradients do not leave their range.
_WIDE = (torch.float32, torch.float64)


def held_by(optimizers: Iterable[Optimizer]) -> dict[int, nn.Parameter]:
    """The parameters that ``optimizers`` hold, by their identity."""
    return {id(one): one for optimizer in optimizers for group in optimizer.param_groups for one in group["params"]}


def left_out(loss: Tensor, model: nn.Module, optimizers: Iterable[Optimizer]) -> dict[str, nn.Parameter]:
    """The parameters of ``model`` by name, frozen ones apart, that ``loss`` hangs on and no optimizer holds."""
    held, reached = held_by(optimizers), {id(leaf) for leaf in leaves_of(loss)}
    return {
        name: one
        for name, one in model.named_parameters()
        if one.requires_grad and id(one) in reached and id(one) not in held
    }


class HeldParameters:
    """The parameters of ``optimizer``: all of them, and by name those that ``model`` knows, in the model's order."""

    def __init__(self, model: nn.Module, optimizer: Optimizer) -> None:
        self._model, self._optimizer = model, optimizer
        self.by_name: dict[str, nn.Parameter] = {}
        self.steps = 0
        self.steps_without, self.ever_had_gradient = 0, False
        self.read()

    def read(self) -> None:
        """Looks again: parameters are added to optimizers and to models while they train."""
        held = held_by([self._optimizer])
        self.parameters, self.identities = list(held.values()), set(held)
        self._groups = len(self._optimizer.param_groups)
        self.by_name = {name: one for name, one in self._model.named_parameters() if id(one) in self.identities}
        # A gradient that is not finite makes all gradients before it so: the first ones tell, small ones quickly.
        trained = [name for name, one in self.by_name.items() if one.requires_grad]
        probed = min(trained[:4], key=lambda name: self.by_name[name].dim(), default="")
        self._probed = self.by_name.get(probed)
        # What takes half as long as a norm, where there is one axis and a square does not leave its range.
        self._is_flat = self._probed is not None and self._probed.dim() == 1 and self._probed.dtype in _WIDE

    def has_changed(self) -> bool:
        """Whether the optimizer has been given more since."""
        return len(self._optimizer.param_groups) != self._groups

    def has_gradient(self) -> bool:
        """Whether any of the parameters has a gradient."""
        has = any(one.grad is not None for one in self.parameters)
        self.ever_had_gradient |= has
        return has

    def has_finite_gradient(self) -> bool:
        """Whether one of the first layers' gradients is finite; where that is 0, all of them.

        At every step: one operation, a dot product where it may be. A square too large for it only seems to be not
        finite.
        """
        gradient = None if self._probed is None else self._probed.grad
        if gradient is not None:
            if gradient.is_sparse:
                # What is not finite stays so when it is added up: it need not be, as that takes long.
                size = torch.linalg.vector_norm(gradient._values()).item()
            elif self._is_flat:
                size = gradient.dot(gradient).item()
            else:
                size = torch.linalg.vector_norm(gradient).item()
            if size:
                return math.isfinite(size)
        return math.isfinite(sum(gradient_norms(self.by_name).values()))
