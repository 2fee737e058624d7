"""Where results may not lie: among the samples, of which they would be a class at the next run."""

from pathlib import Path

from faultloc.errors import DataError
from faultloc.own.options import DataOptions


def require_apart(data: DataOptions, output: Path) -> None:
    """Refuses an ``output`` folder that is the data set's own, or lies in one of its sets.

    Raises:
        DataError: it does.
    """
    if data.is_table or not data.dataset.is_dir():
        return
    root, written = data.dataset.resolve(), output.resolve()
    names = (data.image_set, data.held_out_set, data.improvement_set, data.pool_set)
    among = [root / name for name in names if name and written.is_relative_to((root / name).resolve())]
    if written == root or among:
        where = f"among the samples of {among[0]}" if among else "the data set's own folder"
        raise DataError(
            f"the results would be written into {output}, {where}; expected a folder that is none of the data set's: "
            "give another --output"
        )
