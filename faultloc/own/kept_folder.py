"""A temporary folder that lasts as long as what was found in it."""

import shutil
import tempfile
import weakref
from pathlib import Path


class KeptFolder:
    """A new folder at ``path``, removed when nobody refers to this object any more."""

    def __init__(self) -> None:
        self.path = Path(tempfile.mkdtemp(prefix="faultloc-"))
        weakref.finalize(self, shutil.rmtree, self.path, ignore_errors=True)
