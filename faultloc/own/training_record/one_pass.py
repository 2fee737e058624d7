"""A model is asked about its whole training set, in order."""

import inspect
from collections.abc import Callable, Iterator, Mapping

import torch
from torch import Tensor, nn
from torch.utils.data import DataLoader, Dataset, IterableDataset, TensorDataset

from faultloc.errors import DataError, ModelError
from faultloc.own.training_record.margins import as_numbers
from faultloc.probes.modes import evaluating
from faultloc.settings_check import check_number

_LABELS = ("labels", "label", "targets", "target", "y")


def ask_in_order(
    model: nn.Module, data: object, samples: int, record: Callable[[Tensor, Tensor, Tensor], object], batch_size: int
) -> None:
    """Gives ``record`` what ``model`` says of every sample of ``data``: places, logits and labels, batch after batch.

    Inputs come to the model's device, and real ones in its precision where all of its weights have the same: trainers
    of half precision do so as well.

    Raises:
        ConfigError: ``batch_size`` is no number of samples.
        DataError: ``data`` cannot be read in order, or gives other than ``samples`` samples.
        ModelError: the model gives no logits.
    """
    check_number("batch_size", batch_size, at_least=1, whole=True)
    device = next((one.device for one in model.parameters()), torch.device("cpu"))
    precisions = {one.dtype for one in model.parameters() if one.is_floating_point()}
    precision = precisions.pop() if len(precisions) == 1 else None
    place = 0
    with evaluating(model), torch.no_grad():
        for batch in _in_order(data, batch_size):
            inputs, labels = _parts(batch, model)
            end = place + labels.numel()
            if end > samples:
                raise _other_number(f"more than {samples:,}", samples)
            moved = {name: _moved(value, device, precision) for name, value in inputs.items()}
            logits = _logits(model(moved[""]) if "" in moved else model(**moved))
            record(torch.arange(place, end), logits, labels)
            place = end
    if place != samples:
        raise _other_number(f"{place:,}", samples)


def _other_number(given: str, samples: int) -> DataError:
    return DataError(
        f"the pass over the training set gave {given} samples, and the recorder is of {samples:,}; expected the whole "
        "set, as it is trained on: give the recorder the length of the data set"
    )


def _in_order(data: object, batch_size: int) -> Iterator[object]:
    collate, workers = None, 0
    at_once: int | None = batch_size
    if isinstance(data, DataLoader):
        collate, workers = data.collate_fn, data.num_workers
        if data.batch_size or data.batch_sampler is None:  # without either its items are batches already
            at_once = data.batch_size
        data = data.dataset
    if isinstance(data, tuple | list) and len(data) == 2 and (isinstance(data, tuple) or hasattr(data[0], "shape")):
        data = paired(*data)
    if _has_no_order(data):
        raise DataError(
            f"the training set is a {type(data).__name__}, which has no order or no length; expected a Dataset with "
            "both, a DataLoader of one, or a pair of tensors (inputs, labels)"
        )
    whole: Dataset = data  # type: ignore[assignment]
    # A generator of its own: a loader without one draws from torch's, and the training would go on otherwise.
    yield from DataLoader(whole, at_once, collate_fn=collate, num_workers=workers, generator=torch.Generator())


def paired(given_inputs: object, given_labels: object) -> TensorDataset:
    """The data set of a pair of tensors, arrays or lists of numbers.

    Raises:
        DataError: one makes no tensor, or there are not as many of both.
    """
    inputs, labels = as_numbers(given_inputs, "inputs"), as_numbers(given_labels, "labels")
    if not inputs.ndim or not labels.ndim or len(inputs) != len(labels):
        raise DataError(
            f"the inputs have the shape {tuple(inputs.shape)} and the labels {tuple(labels.shape)}; expected as many "
            "of each, one a sample"
        )
    return TensorDataset(inputs, labels)


def _has_no_order(data: object) -> bool:
    if isinstance(data, IterableDataset | Mapping) or not hasattr(data, "__getitem__") or not hasattr(data, "__len__"):
        return True
    return isinstance(data, tuple | list) and any(isinstance(one, DataLoader) for one in data)


def _parts(batch: object, model: nn.Module) -> tuple[dict[str, object], Tensor]:
    """The inputs by the names of the model's arguments ("": the first), and the labels."""
    if isinstance(batch, Mapping):
        named = {str(name): value for name, value in batch.items() if name != "index"}
        for name in _LABELS:
            if isinstance(named.get(name), Tensor):
                labels = named.pop(name)
                return ({"": value} if (value := _lone_input(named, model)) is not None else named), labels
    elif isinstance(batch, tuple | list) and len(batch) in (2, 3) and isinstance(batch[-1], Tensor):
        return {"": batch[-2]}, batch[-1]  # in front of them may stand the place
    raise DataError(
        f"a batch of the training set is a {type(batch).__name__} without labels in a usual place; expected (inputs, "
        f"labels), or a dictionary with one of {', '.join(_LABELS)}"
    )


def _lone_input(named: Mapping[str, object], model: nn.Module) -> object:
    """The only input, where the model has no argument of its name; else None."""
    if len(named) != 1:
        return None
    [(name, value)] = named.items()
    # What is compiled or in parallel takes anything, and hands it to the model within.
    within = getattr(model, "_orig_mod", getattr(model, "module", model))
    try:
        arguments = inspect.signature(within.forward).parameters
    except ValueError:  # a traced model has none
        return value
    takes_any = any(argument.kind is argument.VAR_KEYWORD for argument in arguments.values())
    return None if name in arguments or takes_any else value


def _moved(value: object, device: torch.device, precision: torch.dtype | None) -> object:
    if not isinstance(value, Tensor):
        return value
    return value.to(device, precision if value.is_floating_point() else None)


def _logits(answer: object) -> Tensor:
    logits = getattr(answer, "logits", answer)
    if isinstance(logits, Mapping):
        logits = logits.get("logits")
    if isinstance(logits, tuple | list) and logits:
        logits = logits[0]
    if not isinstance(logits, Tensor):
        raise ModelError(f"the model answers with a {type(answer).__name__}; expected logits (sample, class)")
    return logits
