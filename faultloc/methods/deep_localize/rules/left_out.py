"""Classes, or whole samples, that a loss leaves out though they are there: weights of 0, ignored labels, masks."""

from collections.abc import Iterator

from faultloc.methods.deep_localize.catalogue import Symptom
from faultloc.methods.deep_localize.finding import LOSS
from faultloc.methods.deep_localize.hooks.counted_classes import ClassCounts

_FEWEST, _LEAST_SHARE, _MOST_NAMED = 20, 0.02, 4


def check_left_out(counts: ClassCounts | None) -> Iterator[Symptom]:
    """A symptom where all samples of a class are left out, or all that differ from what padding holds."""
    if counts is None:
        return
    inside, outside = counts.counted, counts.left_out
    total = int(inside.sum() + outside.sum())
    counted, left = (inside > 0).nonzero().flatten().tolist(), (outside > 0).nonzero().flatten().tolist()
    if len(counted) == 1 and len(left) > 1 and int(outside.sum()) >= _FEWEST and counted[0] not in left:
        yield Symptom(
            "loss.mask_inverted", LOSS, int(outside.sum()), 0,
            f"only targets of class {counted[0]} count in the loss, {int(inside.sum())} of {total}; those of "
            f"{len(left)} other classes are masked out",
        )  # fmt: skip
        return
    missing = [one for one in left if one not in counted and int(outside[one]) > _LEAST_SHARE * total]
    # In a sequence it is padding that is left out, and meant to be.
    count = int(outside[missing].sum())
    # Of pixels, some may have no label; most of them are a class, if the model has an output for it.
    is_a_class = counts.is_a_label_a_sample or (counts.lies_among_pixels and len(missing) == 1 and 2 * count > total)
    if missing and is_a_class and count >= _FEWEST // 2:
        kind = "samples" if counts.is_a_label_a_sample else "pixels"
        which, what = (missing[0], "this class is") if len(missing) == 1 else ("one of " + _named(missing), "they are")
        yield Symptom(
            "loss.class_left_out", LOSS, count, 0,
            f"all {count} of {total} {kind} whose label is {which} are left out of the loss "
            f"(ignore_index, or a weight of 0), so that {what} never learned",
        )  # fmt: skip


def _named(classes: list[int]) -> str:
    return ", ".join(map(str, classes[:_MOST_NAMED])) + (" and so on" if len(classes) > _MOST_NAMED else "")
