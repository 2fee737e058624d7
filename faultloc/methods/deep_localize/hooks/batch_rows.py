"""Which axis of a model's arguments is that of the samples, and the same arguments with other samples on it."""

from collections.abc import Callable, Mapping, Sequence

import torch
from torch import Tensor

from faultloc.methods.deep_localize.hooks.layer_trace import tensors_in

Given = tuple[tuple, dict]


def sample_count(given: Given) -> int | None:
    """How many samples the arguments hold, if their first axis is that of the samples; None if it cannot be.

    Not where one sample has one number, which may be a sequence of them, and not where samples are the nodes of a
    graph: those are meant to look at one another.
    """
    tensors = [tensor for tensor in tensors_in(list(given)) if tensor.dim() > 0]
    if not tensors or all(tensor.dim() == 1 for tensor in tensors):
        return None
    count = len(tensors[0])
    is_graph = any(_is_edges(tensor) or tensor.is_sparse for tensor in tensors) or _are_ends(tensors, count)
    has_pairs = len(tensors) > 1 and any(tensor.shape == (count, count) for tensor in tensors[1:])
    return None if count < 2 or is_graph or has_pairs else count


def with_rows(given: Given, rows: Sequence[int], count: int) -> Given:
    """The arguments with samples ``rows`` in place of all ``count``; an argument without samples stays as it is."""

    def chosen(tensor: Tensor) -> Tensor:
        index = torch.tensor(rows, device=tensor.device)
        if tensor.dim() > 0 and len(tensor) == count:
            return tensor.detach().index_select(0, index)
        if tensor.dim() == 3 and tensor.shape[1] == count:  # the state of a recurrent layer
            return tensor.detach().index_select(1, index)
        return tensor.detach()

    return mapped(given, chosen)


def with_columns(given: Given, columns: Sequence[int]) -> Given:
    """The arguments with ``columns`` of the second axis in place of all, where it has as many."""

    def chosen(tensor: Tensor) -> Tensor:
        if tensor.dim() < 2 or tensor.shape[1] != len(columns):
            return tensor.detach()
        return tensor.detach().index_select(1, torch.tensor(columns, device=tensor.device))

    return mapped(given, chosen)


def mapped(given: Given, change: Callable[[Tensor], Tensor]) -> Given:
    """The arguments with every tensor changed, also those in lists, tuples and mappings."""

    def inner(value: object) -> object:
        if isinstance(value, Tensor):
            return change(value)
        if isinstance(value, Mapping) and type(value) is dict:
            return {key: inner(one) for key, one in value.items()}
        if type(value) in (list, tuple):
            return type(value)(inner(one) for one in value)  # type: ignore[attr-defined,call-arg]
        return value

    arguments, named = given
    return tuple(inner(one) for one in arguments), {key: inner(one) for key, one in named.items()}


def neighbours(count: int) -> tuple[list[int], list[int]]:
    """The samples that are asked (first, middle, last), and all with the others replaced by the one asked before.

    Their order is kept, so that what is sorted stays so.
    """
    asked = sorted({0, count // 2, count - 1}) if count > 3 else ([0, count - 1] if count == 3 else [0])
    replaced = [max(one for one in asked if one <= row) for row in range(count)]
    return asked, replaced


def _are_ends(tensors: Sequence[Tensor], count: int) -> bool:
    """Whether two of them hold the edges of a graph, where they begin and where they end, among ``count`` nodes."""
    ends = [one for one in tensors[1:] if one.dim() == 1 and not one.is_floating_point() and len(one) != count]
    if len(ends) < 2 or len(ends[0]) != len(ends[1]) or len(ends[0]) < 2:
        return False
    return all(int(one.min()) >= 0 and int(one.max()) < count for one in ends[:2])


def _is_edges(tensor: Tensor) -> bool:
    """Whether ``tensor`` may list the edges of a graph, a column each."""
    return tensor.dim() == 2 and len(tensor) == 2 and not tensor.is_floating_point() and tensor.shape[1] > 2
