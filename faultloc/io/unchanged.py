"""Whether the samples that a cleaning changes are still what was examined: what was found about them holds for no
other. What is taken over as it is may be another by now: nothing is said of it."""

from collections.abc import Callable, Sequence
from pathlib import Path

from faultloc.errors import DataError
from faultloc.io.datasets.file_names import shown_name
from faultloc.purify.changes import Change


def require_unchanged(root: Path, changes: Sequence[Change], is_as_examined: Callable[[str], bool]) -> None:
    """Nothing, where each of ``changes`` is about a sample of the data at ``root`` that ``is_as_examined``.

    Raises:
        DataError: some are not.
    """
    changed = [change.sample_id for change in changes if not is_as_examined(change.sample_id)]
    if changed:
        count, total = f"{len(changed):,}", f"{len(changes):,} sample{'s' if len(changes) > 1 else ''}"
        raise DataError(
            f"{shown_name(changed[0])} of {root} is no longer what was examined ({count} of the {total} to be removed "
            f"or relabelled {'has' if len(changed) == 1 else 'have'} changed since then); expected the data set as it "
            "was: run `faultloc dfaulo` again"
        )


def gone_file(root: Path, sample_id: str) -> DataError:
    """The error about a sample of the data at ``root`` whose file is not there any more."""
    return DataError(
        f"{root} has no file {sample_id}, which was examined; expected the data set as it was: "
        "run `faultloc dfaulo` again"
    )
