"""One call of a model once more, in evaluation mode and without a trace, with an eye on what each layer gets and gives.

Two calls that differ in some samples alone show whether the others' outputs hang on them, and where that begins.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

import torch
from torch import Tensor, nn

from faultloc.methods.deep_localize.hooks.batch_rows import Given
from faultloc.methods.deep_localize.hooks.joined_modules import without_wrapper
from faultloc.methods.deep_localize.hooks.layer_trace import NamesLayers, layers_of, tensors_in
from faultloc.methods.deep_localize.hooks.untouched import untouched, without_hooks
from faultloc.probes.modes import evaluating

# Frozen weights beyond this are not copied, and the model not called again.
_MOST_FROZEN = 20_000_000
_MOST_LAYERS, _MOST_VALUES = 2000, 4_000_000
Change = Callable[[nn.Module, object], object]


@dataclass(frozen=True)
class LayerRecord:
    """One call of a layer: all tensors that it was given and that it returned, and what it was given by name."""

    name: str
    layer: nn.Module
    given: list[Tensor]
    named: Mapping[str, object]
    returned: list[Tensor]


@dataclass
class Rerun:
    """What a call gave: the model's output tensors, and each layer's record, in the order of the calls."""

    outputs: list[Tensor] = field(default_factory=list)
    records: list[LayerRecord] = field(default_factory=list)


def plain_module(module: nn.Module) -> nn.Module | None:
    """The module behind wrappers that would talk to other processes or compile anew; None where it cannot be called."""
    module = without_wrapper(module)
    parameters = list(module.parameters())
    is_frozen = sum(one.numel() for one in parameters if not one.requires_grad)
    is_sharded = any(type(one).__name__ == "DTensor" or hasattr(one, "ds_id") for one in parameters)
    # Keras keeps the state of its random numbers where it cannot be put back.
    is_keras = any(kind.__module__.startswith("keras.") for kind in type(module).__mro__)
    if is_keras or isinstance(module, NamesLayers):
        return None
    if isinstance(module, torch.jit.ScriptModule) or is_sharded or "FullySharded" in type(module).__name__:
        return None
    return None if is_frozen > _MOST_FROZEN else module


def run_again(
    model: nn.Module,
    module: nn.Module,
    given: Given,
    *,
    with_layers: bool = False,
    changes: Mapping[nn.Module, Change] | None = None,
) -> Rerun | None:
    """A call of ``module``, a part of ``model`` or all of it, with ``given``; None where it does not take that.

    ``with_layers`` asks for the layers' records; ``changes`` says what is made of what some layers return.
    """
    seen = Rerun()
    changes = changes or {}

    def hook_of(name: str) -> Callable[[nn.Module, tuple, dict, object], object]:
        def hook(layer: nn.Module, arguments: tuple, named: dict, returned: object) -> object:
            if layer in changes:
                returned = changes[layer](layer, returned)
            if with_layers and len(seen.records) < _MOST_LAYERS:
                given, gives = _kept([arguments, named]), _kept(returned)
                seen.records.append(LayerRecord(name, layer, given, named, gives))
            return returned

        return hook

    fast = torch.backends.mha.get_fastpath_enabled()
    wanted = {layer: name for layer, name in layers_of(model).items() if with_layers or layer in changes}
    whole = model if module in set(model.modules()) else nn.ModuleList([model, module])
    with untouched(whole), evaluating(whole), without_hooks(whole), torch.no_grad():
        handles = [layer.register_forward_hook(hook_of(name), with_kwargs=True) for layer, name in wanted.items()]
        try:
            # A fused transformer layer calls none of its parts.
            torch.backends.mha.set_fastpath_enabled(False)
            seen.outputs = [one for one in tensors_in(module(*given[0], **given[1])) if one.dim() > 0]
        except Exception:  # whatever the model says of arguments that it was not made for
            return None
        finally:
            torch.backends.mha.set_fastpath_enabled(fast)
            for handle in handles:
                handle.remove()
    return seen


def _kept(value: object) -> list[Tensor]:
    """Copies of the tensors in ``value``, as a layer behind may change them in place; none of the very large ones."""
    return [tensor.clone() for tensor in tensors_in(value) if tensor.numel() <= _MOST_VALUES]
