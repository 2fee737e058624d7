"""Calling a model once more without a trace: buffers, states that modules keep, hooks and random generators."""

import random
from collections import OrderedDict, deque
from collections.abc import Iterator
from contextlib import contextmanager

import numpy as np
import torch
from torch import Tensor, nn
from torch.nn.modules.module import _global_forward_hooks, _global_forward_pre_hooks

# What every module has, and what is dealt with otherwise.
_OWN = frozenset(vars(nn.Module()))
_HOOKS = ("_forward_hooks", "_forward_pre_hooks")


@contextmanager
def untouched(model: nn.Module) -> Iterator[None]:
    """Whatever is called inside: buffers, plain attributes and all random generators are as before afterwards.

    Copies stand in for buffers, frozen parameters (a model may move an average of its weights along as it is called)
    and attributes (a state kept from call to call, a counter, a queue): putting values back would count as a change,
    and a backward pass under way refuse. What an object of another class keeps is not seen.
    """
    modules = list(model.modules())
    frozen = [(one, key, p) for one in modules for key, p in one._parameters.items() if p is not None]
    frozen = [(one, key, p) for one, key, p in frozen if not p.requires_grad]
    buffers = [(module, name, buffer) for module in modules for name, buffer in module._buffers.items()]
    attributes = [(module, {key: one for key, one in vars(module).items() if key not in _OWN}) for module in modules]
    devices = sorted({parameter.device.index for parameter in model.parameters() if parameter.is_cuda})
    python_state, numpy_state = random.getstate(), np.random.get_state()  # noqa: NPY002 - the model may draw from it
    generators = [
        (one, one.get_state()) for _, kept in attributes for one in kept.values() if isinstance(one, torch.Generator)
    ]
    with torch.random.fork_rng(devices=devices):
        try:
            for module, name, buffer in buffers:
                module._buffers[name] = None if buffer is None else buffer.detach().clone()
            copies: dict[int, nn.Parameter] = {}
            for module, name, parameter in frozen:  # shared ones stay shared
                copy = copies.setdefault(id(parameter), nn.Parameter(parameter.detach().clone(), requires_grad=False))
                module._parameters[name] = copy
            for module, kept in attributes:
                vars(module).update({key: _stand_in(one) for key, one in kept.items()})
            yield
        finally:
            for module, name, buffer in buffers:
                module._buffers[name] = buffer
            for module, name, parameter in frozen:
                module._parameters[name] = parameter
            for module, kept in attributes:
                for key in [key for key in vars(module) if key not in _OWN and key not in kept]:
                    del vars(module)[key]
                vars(module).update(kept)
            for generator, state in generators:
                generator.set_state(state)
            random.setstate(python_state)
            np.random.set_state(numpy_state)  # noqa: NPY002


@contextmanager
def without_hooks(model: nn.Module) -> Iterator[None]:
    """No forward hook of anybody's runs inside: one that collects outputs would collect these as well.

    That holds for hooks on all modules, too: what looks for trainings must not take these calls for some.
    """
    kept = [(module, {name: vars(module)[name] for name in _HOOKS}) for module in model.modules()]
    on_all = [(hooks, dict(hooks)) for hooks in (_global_forward_hooks, _global_forward_pre_hooks)]
    try:
        for module, _ in kept:
            vars(module).update({name: OrderedDict() for name in _HOOKS})
        for hooks, _ in on_all:
            hooks.clear()
        yield
    finally:
        for hooks, before in on_all:
            hooks.update(before)
        for module, own in kept:
            vars(module).update(own)


def _stand_in(value: object) -> object:
    """A copy of what a call may change in place; parameters and what is not known stay themselves."""
    if isinstance(value, nn.Parameter | nn.Module):
        return value
    if isinstance(value, Tensor):
        return value.detach().clone()
    if isinstance(value, np.ndarray | set):
        return value.copy()
    if type(value) in (list, deque):
        copies = [_stand_in(one) for one in value]  # type: ignore[attr-defined]
        return copies if type(value) is list else deque(copies, value.maxlen)  # type: ignore[attr-defined]
    if type(value) in (dict, OrderedDict):
        return type(value)((key, _stand_in(one)) for key, one in value.items())  # type: ignore[attr-defined,call-arg]
    if type(value) is tuple:
        return tuple(_stand_in(one) for one in value)
    return value
