"""The pictures of the most suspicious samples, one file each."""

import re
import shutil
from collections.abc import Sequence
from pathlib import Path

from faultloc.io.stores.artifacts import written_whole
from faultloc.report.dfaulo.suspects import Suspect
from faultloc.report.shared.pictures import png_bytes

# What a class name may bring into a file name; everything else becomes an underscore.
_UNSAFE = re.compile(r"[^\w.-]+")
_LONGEST = 60


def write_located(folder: Path, suspects: Sequence[Suspect]) -> int:
    """Writes `<rank>_label_<given>.png` into ``folder`` for each suspect that has a picture; how many there are.

    What an earlier run left there is removed.
    """
    if folder.exists():
        shutil.rmtree(folder)
    pictured = [suspect for suspect in suspects if suspect.picture is not None]
    digits = len(str(max((suspect.rank for suspect in pictured), default=1)))
    for suspect in pictured:
        assert suspect.picture is not None
        label = _UNSAFE.sub("_", suspect.given_label).strip(".")[:_LONGEST] or "_"
        with written_whole(folder / f"{suspect.rank:0{digits}d}_label_{label}.png") as temporary:
            temporary.write_bytes(png_bytes(suspect.picture))
    return len(pictured)
