"""Operations that write over what they are given, and the same operations that leave it alone."""

import copy
import inspect
import operator
from collections.abc import Callable

from torch import fx, nn

_WITHOUT_WRITING = {
    operator.iadd: operator.add,
    operator.isub: operator.sub,
    operator.imul: operator.mul,
    operator.itruediv: operator.truediv,
}


def is_written_in_place(network: nn.Module, node: fx.Node) -> bool:
    """Whether the operation at ``node`` writes its result over its first argument."""
    if not node.args or not isinstance(node.args[0], fx.Node):
        return False
    if node.op == "call_module":
        return bool(getattr(network.get_submodule(str(node.target)), "inplace", False))
    if node.op == "call_function":
        name = getattr(node.target, "__name__", "")
        return node.target in _WITHOUT_WRITING or _ends_in_place(name) or _is_flagged(node)
    return node.op == "call_method" and _ends_in_place(str(node.target))


def without_writing(network: nn.Module, node: fx.Node) -> tuple[nn.Module | str | Callable, bool]:
    """What to call at an in-place ``node`` instead, and whether its first argument must be copied before."""
    if node.op == "call_module":
        layer = copy.copy(network.get_submodule(str(node.target)))  # shares the weights, not the flag
        layer.inplace = False  # type: ignore[assignment]
        return layer, False
    if node.target in _WITHOUT_WRITING:
        return _WITHOUT_WRITING[node.target], False
    return node.target, True


def _is_flagged(node: fx.Node) -> bool:
    if getattr(node.target, "__module__", None) != "torch.nn.functional":
        return False
    given = inspect.signature(node.target).bind(*node.args, **node.kwargs)  # type: ignore[arg-type]
    return given.arguments.get("inplace", False) is True


def _ends_in_place(name: str) -> bool:
    return name.endswith("_") and not name.endswith("__")
