"""An argument of a model that its outputs do not depend on: given to no layer, or another given twice."""

import inspect
from collections.abc import Iterator

import torch
from torch import Tensor, nn

from faultloc.methods.deep_localize.catalogue import Symptom
from faultloc.methods.deep_localize.finding import INPUT
from faultloc.methods.deep_localize.hooks.batch_rows import Given, sample_count, with_rows
from faultloc.methods.deep_localize.hooks.rerun import plain_module, run_again
from faultloc.methods.deep_localize.rules.nonfinite import ForwardCall

_FEW, _MOST_ARGUMENTS = 13, 4
# What a loss inside the model takes, and what says how long sequences are.
_BESIDE = ("label", "target", "mask", "length", "y")


def check_ignored_input(model: nn.Module, call: ForwardCall, target: Tensor | None) -> Iterator[Symptom]:
    """A doubt for the first such argument of several: its samples are moved by one, and every output stays as it is.

    It costs a call with a few samples, and one more for each argument.
    """
    module, count = plain_module(call.module), sample_count(call.given)
    if module is None or count is None or count < 2:
        return
    given = with_rows(call.given, range(min(count, _FEW)), count)
    few = min(count, _FEW)
    keys = [key for key, value in _named(module, given).items() if _is_asked(key, value, few, target)]
    if len(keys) < 2:
        return
    before = run_again(model, module, given)
    if before is None or not any(output.is_floating_point() for output in before.outputs):
        return
    for key in keys[:_MOST_ARGUMENTS]:
        after = run_again(model, module, _with_moved(module, given, key))
        if after is None or len(after.outputs) != len(before.outputs):
            continue
        if all(torch.equal(one, other) for one, other in zip(before.outputs, after.outputs, strict=True)):
            yield Symptom(
                "model.ignored_input", INPUT, 0, 1,
                f"the outputs of {type(module).__name__} stay as they are when its argument {key!r} is that of other "
                "samples: nothing uses it",
            )  # fmt: skip
            return


def _named(module: nn.Module, given: Given) -> dict[str, object]:
    """The arguments by their names in ``forward``; none where they have no names."""
    arguments, named = given
    try:
        known = inspect.signature(module.forward).parameters.values()
    except (TypeError, ValueError):
        return {}
    names = [one.name for one in known if one.kind in (one.POSITIONAL_ONLY, one.POSITIONAL_OR_KEYWORD)]
    return {**dict(zip(names, arguments, strict=False)), **named}


def _is_asked(key: str, value: object, count: int, target: Tensor | None) -> bool:
    if not isinstance(value, Tensor) or value.dim() < 2 or len(value) != count or value.dtype == torch.bool:
        return False
    is_beside = key in _BESIDE or any(word in key.lower() for word in _BESIDE if len(word) > 1)
    is_target = target is not None and value.shape[1:] == target.shape[1:] and torch.equal(value, target[:count])
    return not is_beside and not is_target and not torch.equal(value, value.roll(1, 0))


def _with_moved(module: nn.Module, given: Given, key: str) -> Given:
    arguments, named = given
    names = list(_named(module, given))
    return (
        tuple(_moved(one) if names[at] == key else one for at, one in enumerate(arguments) if at < len(names)),
        {name: _moved(one) if name == key else one for name, one in named.items()},
    )


def _moved(value: object) -> object:
    return value.roll(1, 0) if isinstance(value, Tensor) else value
