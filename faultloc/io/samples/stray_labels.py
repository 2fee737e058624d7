"""Labels in a listing that look like no class: told of where there are more classes than a model has outputs."""

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import contextmanager

from faultloc.errors import DataError, ModelError
from faultloc.io.datasets.shown_cell import shown_cell
from faultloc.io.samples.listing import SampleListing

_NO_LABEL = {"", "nan", "none", "null", "<na>", "nat", "n/a", "na", "?"}
_NO_LABEL |= {"unlabeled", "unlabelled", "unknown", "undefined"}
_WHOLE = re.compile(r"[0-9]+(\.0+)?")
_DATE = re.compile(r"[0-9]{4}[-/.][0-9]{1,2}[-/.][0-9]{1,2}.*|[0-9]{1,2}[-/.][0-9]{1,2}[-/.][0-9]{2,4}.*")
# A list, of a one-hot row or of several labels, or a dictionary, as text.
_LISTED = re.compile(r"\[.*\]|\{.*\}|\(.*,.*\)", re.DOTALL)
_MISSHAPEN = re.compile(r"stored \((\d+)[,)].*?expected \((\d+)[,)]")
# A number so many times beyond the number of classes is no class among others that are called by numbers.
_FAR, _LARGE = 10, 1000
# With so many classes or more, of which most have one sample, labels are names or ids of samples.
_MANY = 20
_SHOWN = 3


def describe_stray_labels(listing: SampleListing, *, surely: bool = False) -> str:
    """Which labels of ``listing`` look like no class, at which samples, and what to do; empty where none does.

    ``surely``: only lists, and what is none beside classes that are called by numbers: ids, dates, fractions.
    """
    samples = Counter(listing.given_names)
    if not surely and len(samples) >= _MANY and 2 * sum(count == 1 for count in samples.values()) > len(samples):
        return (
            f"most labels stand at one sample only, for example {_shown(list(samples))}, as names, ids or dates of "
            "samples do: give the column or the folders of the classes"
        )
    is_stray = _is_surely_stray if surely else _is_stray
    strays = [name for name in samples if is_stray(name, list(samples))]
    if not strays:
        return ""
    first = {name: listing.sample_ids[listing.given_names.index(name)] for name in strays[:_SHOWN]}
    told = [f"{shown_cell(name)!r} ({_counted(samples[name])}, the first {first[name]})" for name in strays[:_SHOWN]]
    more = f" and {len(strays) - _SHOWN} more" if len(strays) > _SHOWN else ""
    one = len(strays) == 1
    return (
        f"the label{'' if one else 's'} {', '.join(told)}{more} look{'s' if one else ''} like no class: give such "
        "samples the label of one, or leave them out"
    )


@contextmanager
def stray_labels_told(listing: SampleListing) -> Iterator[None]:
    """Where a model has weights for fewer classes, it is said which labels look like none, or which is the scarcest.

    Raises:
        DataError: labels look like no class.
        ModelError: as the model's reading raises it.
    """
    try:
        yield
    except ModelError as error:
        sizes = _MISSHAPEN.search(str(error))
        if sizes is None or int(sizes[1]) >= int(sizes[2]) or int(sizes[2]) != len(listing.class_names):
            raise
        told = describe_stray_labels(listing)
        if not told:
            raise ModelError(f"{error}; {_scarcest(listing)}") from error
        raise DataError(
            f"{told}; with them there are {len(listing.class_names)} classes, and the model does not fit: {error}"
        ) from error


def _is_stray(name: str, names: Sequence[str]) -> bool:
    plain = name.strip().lower()
    if plain in _NO_LABEL or _LISTED.fullmatch(plain):
        return True
    if _are_numbered(names):
        return _whole(name) is None or _is_far(name, names)
    return _is_number(plain) or _DATE.fullmatch(plain) is not None


def _is_surely_stray(name: str, names: Sequence[str]) -> bool:
    plain = name.strip().lower()
    is_whole = _whole(plain.removeprefix("-")) is not None
    is_odd = (_is_number(plain) and not is_whole) or _DATE.fullmatch(plain) is not None
    return _LISTED.fullmatch(plain) is not None or (_are_numbered(names) and (is_odd or _is_far(name, names)))


def _are_numbered(names: Sequence[str]) -> bool:
    """Whether most classes are called by numbers."""
    return 2 * sum(_whole(name) is not None for name in names) > len(names)


def _is_far(name: str, names: Sequence[str]) -> bool:
    number = _whole(name)
    near = sum(1 for other in names if (_whole(other) or 0) < max(_FAR * len(names), _LARGE))
    return number is not None and number >= max(_FAR * len(names), _LARGE) and 2 * near > len(names)


def _whole(name: str) -> int | None:
    found = _WHOLE.fullmatch(name.strip())
    return int(name.strip().partition(".")[0]) if found else None


def _scarcest(listing: SampleListing) -> str:
    name, samples = min(Counter(listing.given_names).items(), key=lambda counted: counted[1])
    first = listing.sample_ids[listing.given_names.index(name)]
    return (
        f"the data set has {len(listing.class_names)} classes, of which {shown_cell(name)!r} is the scarcest "
        f"({_counted(samples)}, the first {first}): check that every label is a class"
    )


def _counted(samples: int) -> str:
    return "1 sample" if samples == 1 else f"{samples:,} samples"


def _is_number(text: str) -> bool:
    return re.fullmatch(r"[+-]?[0-9]*\.?[0-9]+(e[+-]?[0-9]+)?|[+-]?inf(inity)?", text) is not None


def _shown(names: Sequence[str]) -> str:
    return f"{', '.join(repr(shown_cell(name)) for name in names[:_SHOWN])}, ..."
