"""A model is asked about its whole training set, in order."""

from collections.abc import Callable, Iterator, Mapping

import torch
from torch import Tensor, nn
from torch.utils.data import DataLoader, Dataset, IterableDataset, TensorDataset

from faultloc.errors import DataError, ModelError
from faultloc.probes.modes import evaluating

_LABELS = ("labels", "label", "targets", "target", "y")


def ask_in_order(
    model: nn.Module, data: object, samples: int, record: Callable[[Tensor, Tensor, Tensor], object], batch_size: int
) -> None:
    """Gives ``record`` what ``model`` says of every sample of ``data``: places, logits and labels, batch after batch.

    Raises:
        DataError: ``data`` cannot be read in order, or gives other than ``samples`` samples.
        ModelError: the model gives no logits.
    """
    device = next((one.device for one in model.parameters()), torch.device("cpu"))
    place = 0
    with evaluating(model), torch.no_grad():
        for batch in _in_order(data, batch_size):
            inputs, labels = _parts(batch)
            end = place + len(labels)
            if end > samples:
                raise _other_number(f"more than {samples:,}", samples)
            moved = {name: _moved(value, device) for name, value in inputs.items()}
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
    if isinstance(data, DataLoader):
        collate, workers, batch_size = data.collate_fn, data.num_workers, data.batch_size or batch_size
        data = data.dataset
    if isinstance(data, tuple | list) and len(data) == 2 and all(hasattr(part, "shape") for part in data):
        data = TensorDataset(*(torch.as_tensor(part) for part in data))
    if isinstance(data, IterableDataset) or not hasattr(data, "__getitem__") or not hasattr(data, "__len__"):
        raise DataError(
            f"the training set is a {type(data).__name__}, which has no order or no length; expected a Dataset with "
            "both, a DataLoader of one, or a pair of tensors (inputs, labels)"
        )
    whole: Dataset = data  # type: ignore[assignment]
    # A generator of its own: a loader without one draws from torch's, and the training would go on otherwise.
    yield from DataLoader(whole, batch_size, collate_fn=collate, num_workers=workers, generator=torch.Generator())


def _parts(batch: object) -> tuple[dict[str, object], Tensor]:
    """The inputs by the names of the model's arguments ("": the first), and the labels."""
    if isinstance(batch, Mapping):
        named = {str(name): value for name, value in batch.items() if name != "index"}
        for name in _LABELS:
            if isinstance(named.get(name), Tensor):
                labels = named.pop(name)
                return named, labels
    elif isinstance(batch, tuple | list) and len(batch) in (2, 3) and isinstance(batch[-1], Tensor):
        return {"": batch[-2]}, batch[-1]  # in front of them may stand the place
    raise DataError(
        f"a batch of the training set is a {type(batch).__name__} without labels in a usual place; expected (inputs, "
        f"labels), or a dictionary with one of {', '.join(_LABELS)}"
    )


def _moved(value: object, device: torch.device) -> object:
    return value.to(device) if isinstance(value, Tensor) else value


def _logits(answer: object) -> Tensor:
    logits = getattr(answer, "logits", answer)
    if isinstance(logits, Mapping):
        logits = logits.get("logits")
    if isinstance(logits, tuple | list) and logits:
        logits = logits[0]
    if not isinstance(logits, Tensor):
        raise ModelError(f"the model answers with a {type(answer).__name__}; expected logits (sample, class)")
    return logits
