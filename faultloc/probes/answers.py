"""What a classifier answers with: where in what it returns its numbers are, and whether they are logits."""

import warnings
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, fields, is_dataclass

import torch
from jaxtyping import Shaped
from torch import Tensor, nn

from faultloc.errors import ModelError
from faultloc.probes.modes import evaluating
from faultloc.subject.batches import as_model_input
from faultloc.subject.logits_network import AnswerForm, Step, follow

# Under these names networks return their logits beside other things, the surest first.
_NAMES = ("logits", "logit", "main", "output", "outputs", "out", "prediction", "predictions", "pred", "preds", "scores")
# Rows of probabilities in half precision add up to 1 to within so much.
_CLOSE = 4e-3
# So many samples that all lie between 0 and 1 are no logits of a trained network; fewer may be.
_TELLING = 16
# Shown of what a network returns.
_SHOWN = 6
# Operations that only bring numbers into another shape or type, by the names of autograd's steps.
_RESHAPING = ("View", "Reshape", "Squeeze", "Unsqueeze", "ToCopy", "Clone", "Alias", "Slice", "Select", "Clamp", "T",
              "Transpose", "Permute", "Expand", "Contiguous", "Copy", "AsStrided")  # fmt: skip
_DEEPEST = 3


@dataclass(frozen=True)
class Answers:
    """The numbers lie at ``path`` in what the network returns, and are of the ``form``, ``outputs`` classes of them."""

    path: tuple[Step, ...]
    form: AnswerForm
    outputs: int


@dataclass(frozen=True)
class _Found:
    path: tuple[Step, ...]
    values: Tensor


def read_answers(network: nn.Module, inputs: Shaped[Tensor, "sample ..."], num_classes: int) -> Answers:
    """What ``network`` answers to ``inputs``, samples of ``num_classes`` classes: some dozens tell most.

    Raises:
        ModelError: it cannot take the inputs, returns nothing usable, or several things that may be meant.
    """
    with evaluating(network):
        try:
            with torch.no_grad():
                returned = network(as_model_input(inputs))
            found = _the_usable(network, returned, len(inputs), num_classes)
            last = _last_operation(network, inputs[:2], found.path)
        except (RuntimeError, TypeError, IndexError, ValueError, AttributeError, KeyError, AssertionError) as error:
            raise ModelError(_not_taken(network, inputs, error)) from error
    values = found.values.detach().float()
    columns = 1 if values.ndim == 1 else values.shape[1]
    form = _form(values.reshape(len(values), columns), last, num_classes)
    return Answers(found.path, form, 2 if form.is_of_two else columns)


def most_outputs(network: nn.Module, inputs: Shaped[Tensor, "sample ..."]) -> int:
    """At most so many classes ``network`` answers ``inputs`` with, before it is known how many there are: as many as
    the widest of what it returns has numbers for a sample, and two where that is one.

    Raises:
        ModelError: it cannot take the inputs, or returns nothing usable.
    """
    with evaluating(network):
        try:
            with torch.no_grad():
                returned = network(as_model_input(inputs))
            everything = list(_tensors_in(returned, (), 0))
        except (RuntimeError, TypeError, IndexError, ValueError, AttributeError, KeyError, AssertionError) as error:
            raise ModelError(_not_taken(network, inputs, error)) from error
    usable = [each.values for each in everything if _is_usable(each.values, len(inputs), 2)]
    if not usable:
        raise ModelError(_nothing_usable(network, returned, everything))
    return max(2, *(1 if values.ndim == 1 else values.shape[1] for values in usable))


def _nothing_usable(network: nn.Module, returned: object, everything: Sequence[_Found]) -> str:
    found = _described(everything) or type(returned).__name__
    return f"{type(network).__name__} returns {found}; expected logits of shape (samples, classes)"


def _not_taken(network: nn.Module, inputs: Tensor, error: Exception) -> str:
    first_line = (str(error).splitlines() or [type(error).__name__])[0]
    return (
        f"{type(network).__name__} cannot take inputs of shape {tuple(inputs.shape[1:])} ({inputs.dtype}): "
        f"{first_line}; choose a model for this kind of data, or give it inputs of the size that it takes"
    )


def _the_usable(network: nn.Module, returned: object, samples: int, num_classes: int) -> _Found:
    everything = list(_tensors_in(returned, (), 0))
    usable = [each for each in everything if _is_usable(each.values, samples, num_classes)]
    name = type(network).__name__
    if not usable:
        raise ModelError(_nothing_usable(network, returned, everything))
    as_wide = [each for each in usable if each.values.ndim == 2 and each.values.shape[1] == num_classes]
    for narrower in (usable, _named(usable, "logits"), as_wide, _before_softmax(as_wide or usable)):
        if len(narrower) == 1:
            return narrower[0]
    for key in _NAMES:
        if named := _named(usable, key):
            return named[0]
    raise ModelError(
        f"{name} returns {_described(everything)}, of which several may be the logits; expected one of shape (samples, "
        "classes): wrap the network so that it returns its logits alone, or names them 'logits'"
    )


def _named(found: Sequence[_Found], key: str) -> list[_Found]:
    return [each for each in found if each.path and each.path[-1] == key]


def _tensors_in(returned: object, path: tuple[Step, ...], depth: int) -> Iterator[_Found]:
    if isinstance(returned, Tensor):
        yield _Found(path, returned)
    elif depth < _DEEPEST:
        for step, value in _parts(returned):
            yield from _tensors_in(value, (*path, step), depth + 1)


def _parts(returned: object) -> Iterator[tuple[Step, object]]:
    if isinstance(returned, Mapping):
        yield from ((key, value) for key, value in returned.items() if isinstance(key, str | int))
    elif isinstance(returned, tuple | list):
        yield from enumerate(returned)
    elif is_dataclass(returned) and not isinstance(returned, type):
        yield from ((field.name, getattr(returned, field.name, None)) for field in fields(returned))
    elif hasattr(returned, "__dict__"):
        yield from ((name, value) for name, value in vars(returned).items() if not name.startswith("_"))


def _is_usable(values: Tensor, samples: int, num_classes: int) -> bool:
    if not values.is_floating_point() or not values.ndim or len(values) != samples:
        return False
    if values.ndim == 1:
        return num_classes == 2
    return values.ndim == 2


def _before_softmax(usable: Sequence[_Found]) -> list[_Found]:
    """Those of which others are the probabilities: networks return both."""

    def is_softmax_of(one: Tensor, other: Tensor) -> bool:
        one, other = one.float(), other.float()
        if one.shape != other.shape or one.ndim != 2 or one.shape[1] < 2 or torch.allclose(one, other, atol=1e-6):
            return False
        found = torch.softmax(other, dim=1)
        return any(torch.allclose(one, each, atol=1e-3) for each in (found, found.log(), torch.sigmoid(other)))

    derived = [one for one in usable if any(is_softmax_of(one.values, other.values) for other in usable)]
    return [one for one in usable if all(one is not each for each in derived)]


def _last_operation(network: nn.Module, inputs: Tensor, path: Sequence[Step]) -> str:
    """The name of autograd's step for the operation that made the numbers; empty where it keeps none."""
    given = as_model_input(inputs)
    if given.is_floating_point():
        given = given.clone().requires_grad_()  # a network whose weights are all frozen keeps no steps otherwise
    try:
        with torch.enable_grad(), warnings.catch_warnings():
            warnings.simplefilter("ignore")
            step = follow(network(given), path).grad_fn
    except Exception:  # a forward that cannot be followed, by way of NumPy say: the numbers must tell
        return ""
    while step is not None and step.name().startswith(_RESHAPING) and step.next_functions:
        step = step.next_functions[0][0]
    return "" if step is None else step.name()


def _form(values: Tensor, last: str, num_classes: int) -> AnswerForm:
    in_unit = bool(((values >= 0) & (values <= 1)).all())
    if values.shape[1] == 1:
        is_probability = in_unit and (last.startswith("Sigmoid") or (not last and len(values) >= _TELLING))
        if num_classes != 2:
            return AnswerForm.LOGITS  # too few outputs, which is for the caller to say
        return AnswerForm.PROBABILITY_OF_SECOND if is_probability else AnswerForm.LOGIT_OF_SECOND
    sums = values.sum(dim=1)
    if in_unit and bool(((sums - 1).abs() < _CLOSE).all()):
        return AnswerForm.PROBABILITIES
    if bool((values <= 0).all()) and bool((torch.logsumexp(values, dim=1).abs() < _CLOSE).all()):
        return AnswerForm.LOG_PROBABILITIES
    if in_unit and last.startswith("Sigmoid"):
        return AnswerForm.PROBABILITY_OF_EACH
    return AnswerForm.LOGITS


def _described(found: Sequence[_Found]) -> str:
    shown = [
        f"{'.'.join(map(str, each.path)) + ' ' if each.path else ''}{tuple(each.values.shape)}"
        for each in found[:_SHOWN]
    ]
    return ", ".join(shown) + (f" and {len(found) - _SHOWN} more" if len(found) > _SHOWN else "")
