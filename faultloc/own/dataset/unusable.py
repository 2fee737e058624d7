"""What people hand over in the place of a data set, and what they may hand over instead."""

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

import numpy as np
import torch
from torch.utils.data import IterableDataset

from faultloc.errors import DataError
from faultloc.own.dataset.item_parts import INPUT_KEYS, LABEL_KEYS, found_key

_SPLITS = ("train", "training", "validation", "valid", "val", "dev", "test")


def refuse_collection(dataset: object) -> None:
    """Nothing, unless ``dataset`` is several data sets in one, a path, a stream, or inputs without labels.

    Raises:
        DataError: it is one of these; the sentence says what to give.
    """
    sentence = _complaint(dataset)
    if sentence:
        raise DataError(sentence)


def _complaint(dataset: object) -> str:
    if isinstance(dataset, str | Path):
        return (
            f"the data set is the text or path {str(dataset)!r}; expected the data set itself: read it first, for "
            "example with torchvision's ImageFolder, or examine folders and CSV files with `faultloc dfaulo --dataset`"
        )
    if isinstance(dataset, Mapping):
        return _about_mapping(dataset)
    if isinstance(dataset, np.ndarray | torch.Tensor):
        return f"the data set is one array of the shape {tuple(dataset.shape)}; expected a pair (inputs, labels)"
    if isinstance(dataset, Iterator) or (isinstance(dataset, IterableDataset) and not hasattr(dataset, "__len__")):
        return (
            f"the data set is a {type(dataset).__name__}, a stream without a length, so it has no places to name "
            "samples by; expected a data set that is not a stream: load it whole, or write its samples into arrays"
        )
    if isinstance(dataset, tuple) and len(dataset) == 2 and all(_is_pair(part) for part in dataset):
        return (
            "the data set is two pairs of arrays, as of training and of test data; expected one pair (inputs, labels): "
            "give dataset[0] or dataset[1]"
        )
    if isinstance(dataset, tuple) and len(dataset) != 2 and all(_is_array(part) for part in dataset):
        return f"the data set is a tuple of {len(dataset)} arrays; expected a pair (inputs, labels)"
    return ""


def _about_mapping(dataset: Mapping[object, object]) -> str:
    keys = [str(key) for key in dataset]
    shown = f"{', '.join(keys[:10])}{', ...' if len(keys) > 10 else ''}"
    if any(key.lower() in _SPLITS for key in keys) or type(dataset).__name__.endswith("DatasetDict"):
        example = next((key for key in keys if key.lower() in _SPLITS), keys[0] if keys else "train")
        return (
            f"the data set is a {type(dataset).__name__} of the splits {shown}; expected one: give dataset[{example!r}]"
        )
    if found_key(dataset, INPUT_KEYS) is None or found_key(dataset, LABEL_KEYS) is None:
        return (
            f"the data set is a {type(dataset).__name__} of {shown or 'nothing'}; expected a data set, or arrays under "
            f"one of {', '.join(INPUT_KEYS)} and one of {', '.join(LABEL_KEYS)}"
        )
    return ""


def _is_pair(part: object) -> bool:
    return isinstance(part, Sequence) and len(part) == 2 and all(_is_array(array) for array in part)


def _is_array(part: object) -> bool:
    return isinstance(part, np.ndarray | torch.Tensor)
