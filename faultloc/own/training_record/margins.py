"""Margins of a batch, on its device."""

from collections.abc import Sequence

import numpy as np
import torch
from jaxtyping import Float, Int
from torch import Tensor

from faultloc.errors import DataError

Numbers = Tensor | np.ndarray | Sequence[int]


def as_numbers(given: object, name: str) -> Tensor:
    """``given``, which an error calls ``name``, as a tensor.

    Raises:
        DataError: it makes none.
    """
    try:
        numbers = torch.as_tensor(given)
    except (TypeError, ValueError, RuntimeError, OverflowError):
        raise DataError(
            f"the {name} are a {type(given).__name__} that makes no tensor; expected numbers, a row or a number for "
            "each sample: number what has a name"
        ) from None
    return numbers if len(numbers.shape) != 1 or len(numbers) else numbers.long()  # an empty list has no type


def check_batch(places: Tensor, logits: Tensor, labels: Tensor) -> None:
    """That the shapes of a batch fit each other.

    Raises:
        DataError: they do not.
    """
    if not isinstance(logits, Tensor) or logits.ndim != 2 or logits.shape[1] < 2 or not logits.is_floating_point():
        found = f"of shape {tuple(logits.shape)}" if isinstance(logits, Tensor) else type(logits).__name__
        raise DataError(f"the logits are {found}; expected a tensor (sample, class) of two classes at least")
    for name, numbers, advice in (
        ("indices", places, "give each sample's place in the data set, as WithIndex does"),
        ("labels", labels, "give the hard label, before any mixing"),
    ):
        if numbers.shape != logits.shape[:1] or numbers.is_floating_point() or numbers.is_complex():
            raise DataError(
                f"the {name} are {numbers.dtype} of shape {tuple(numbers.shape)}; expected {len(logits)} whole "
                f"numbers, one for each row of the logits: {advice}"
            )


def margins_of(logits: Float[Tensor, "batch class"], labels: Int[Tensor, "batch"]) -> Float[Tensor, "batch"]:
    """The logit of the label minus the highest other one, any real number; NaN where the label is no class.

    In single precision at least.

    Source: Pleiss et al. (NeurIPS 2020), eq. 1.
    """
    if logits.dtype in (torch.float16, torch.bfloat16):
        logits = logits.float()
    is_class = (labels >= 0) & (labels < logits.shape[1])
    given = torch.where(is_class, labels, 0)[:, None]
    margins = logits.gather(1, given).squeeze(1) - logits.scatter(1, given, -torch.inf).amax(1)
    return torch.where(is_class, margins, torch.nan)
