"""Columns of a table that are out of scale: one among scaled ones, and numbers that stand for a missing value."""

from collections.abc import Iterator

import torch
from torch import Tensor

from faultloc.methods.deep_localize.catalogue import Symptom
from faultloc.methods.deep_localize.finding import INPUT

_FEWEST_ROWS, _FEWEST_COLUMNS, _MOST_COLUMNS = 8, 2, 2000
_LARGE, _TIMES_THE_OTHERS = 10, 30
_FAR, _FEWEST_SENTINELS = 20, 2
_FEWEST_OF_MARKS, _FEWEST_MARKS, _FAR_OFF, _SQUEEZED, _MEASURED = 16, 3, 1.0, 0.1, 0.5


def check_columns(given: Tensor | None) -> Iterator[Symptom]:
    """A doubt on the largest column of a batch (rows, columns), if the others are far smaller."""
    if given is None or given.dim() != 2 or not given.is_floating_point() or len(given) < _FEWEST_ROWS:
        return
    if not _FEWEST_COLUMNS <= given.shape[1] <= _MOST_COLUMNS:
        return
    values = given.detach().float()
    sizes = values.square().mean(0).sqrt()
    column = int(sizes.argmax())
    largest, middle = float(sizes[column]), float(sizes.sort().values[(len(sizes) - 1) // 2])
    yield from _sentinel(values[:, column], column)
    if largest > _LARGE and largest > _TIMES_THE_OTHERS * middle:
        yield Symptom(
            "input.column", INPUT, largest, _LARGE,
            f"the values of input column {column} are of size {largest:.4g} (root mean square), and those of the "
            f"middle column {middle:.2g}",
        )  # fmt: skip


def check_marks(given: Tensor | None) -> Iterator[Symptom]:
    """A doubt where in several columns of a scaled batch a few values lie far off, and the others are nearly the same.

    So it is where a mark for missing values was scaled along with the rest.
    """
    if given is None or given.dim() != 2 or not given.is_floating_point() or len(given) < _FEWEST_OF_MARKS:
        return
    values = given.detach().float()[:, :_MOST_COLUMNS]
    apart = (values - values.median(0).values).abs()
    ordered = apart.sort(0).values
    most = max(1, len(values) // 8)
    bulk = values.where(apart <= ordered[-most - 1], torch.nan)
    kept = ~bulk.isnan()
    spread = (bulk.nan_to_num() - bulk.nanmean(0)).where(kept, 0).square().sum(0).div(kept.sum(0)).sqrt()
    is_far = (apart > _FAR * spread) & (apart > _FAR_OFF) & ~kept
    # A flag has two values, and a count few: what is measured has nearly as many as rows.
    is_measured = (ordered.diff(dim=0) > 0).float().mean(0) > _MEASURED
    is_squeezed = (spread > 0) & (spread < _SQUEEZED) & is_measured & is_far.any(0)
    count = int((is_far & is_squeezed).sum())
    if count >= _FEWEST_MARKS and int(is_squeezed.sum()) >= 2:
        yield Symptom(
            "input.sentinel", INPUT, float(spread[is_squeezed].median()), _SQUEEZED,
            f"in {int(is_squeezed.sum())} of {values.shape[1]} input columns a few values lie far off, and all others "
            f"differ by {float(spread[is_squeezed].median()):.2g} (standard deviation): marks for missing values were "
            "scaled along with the rest",
        )  # fmt: skip


def check_mark(given: Tensor | None) -> Iterator[Symptom]:
    """A symptom where a scaled column holds one value again and again, and all others so close together that next to
    nothing is left of them: a mark for a missing value, which has ruled the scale.

    At once, and not as a doubt: what the column has to say is lost, whatever a model learns from the others.
    """
    if given is None or given.dim() != 2 or not given.is_floating_point() or len(given) < _FEWEST_OF_MARKS:
        return
    values = given.detach().float()[:, :_MOST_COLUMNS]
    apart = (values - values.median(0).values).abs()
    mark = values.gather(0, apart.argmax(0, keepdim=True))
    is_mark = values == mark
    count, others = is_mark.sum(0), (~is_mark).sum(0)
    mean = values.masked_fill(is_mark, 0).sum(0) / others.clamp(min=1)
    spread = (values - mean).masked_fill(is_mark, 0).square().sum(0).div(others.clamp(min=1)).sqrt()
    gap = (values - mark).abs().masked_fill(is_mark, torch.inf).min(0).values
    is_measured = (values.sort(0).values.diff(dim=0) > 0).sum(0) > _MEASURED * others
    is_lost = (spread > 0) & (spread < _SQUEEZED) & (gap > _FAR_OFF) & (gap > _FAR * spread) & is_measured
    found = is_lost & (count >= _FEWEST_MARKS) & (others > count)
    if bool(found.any()):
        column = int(found.nonzero()[0])
        yield Symptom(
            "input.sentinel", INPUT, float(spread[column]), _SQUEEZED,
            f"input column {column} is {float(mark[0, column]):.3g} in {int(count[column])} of {len(values)} rows, and "
            f"its other values differ by {float(spread[column]):.2g} (standard deviation): a mark for a missing value "
            "was scaled along with them",
        )  # fmt: skip


def _sentinel(values: Tensor, column: int) -> Iterator[Symptom]:
    """One value, again and again, far from all others."""
    extreme = values[values.abs().argmax()]
    is_it = values == extreme
    others = values[~is_it]
    count = int(is_it.sum())
    if count < _FEWEST_SENTINELS or len(others) < 2 or float(extreme.abs()) < _LARGE:
        return
    if float((extreme - others).abs().min()) > _FAR * max(float(torch.std(others)), 1e-3):
        yield Symptom(
            "input.sentinel", INPUT, float(extreme), 0,
            f"input column {column} is {float(extreme):g} in {count} of {len(values)} rows, far from its other values: "
            "a mark for a missing value",
        )  # fmt: skip
