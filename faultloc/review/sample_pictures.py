"""The pictures of samples, made when they are asked for; the small ones are kept, as many as fit."""

import threading
from collections import OrderedDict
from collections.abc import Callable

from PIL import Image

from faultloc.errors import DataError
from faultloc.io.results_store import Results
from faultloc.report.shared.pictures import draw_picture, png_bytes
from faultloc.review.originals import Originals
from faultloc.review.showable import Shown, draw_thumbnail, show_file

# Pixels of the longer side. A pixel grows to twelve at most: larger squares no longer look like a picture.
LARGE, SMALL = 560, 160
_MOST_GROWTH = 12
_LARGEST = 4096
_KEPT_BYTES = 128 * 2**20


class Pictures:
    """The pictures of the samples of ``results``. Safe to use from threads."""

    def __init__(self, results: Results, originals: Originals | None = None) -> None:
        self._dataset, self._originals = results.dataset, originals or Originals(results)
        self._kept = KeptBytes(_KEPT_BYTES)

    def thumbnail(self, row: int) -> bytes | None:
        """The sample at ``row`` as a small PNG: its file, else the model's input; None where that is no picture."""
        return self._kept.get(row, lambda: self.at_most(row, SMALL, SMALL))

    def model_input(self, row: int, edge: int = LARGE) -> bytes | None:
        """The model's input at ``row`` as a PNG of at most ``edge`` pixels, or None where it is no picture."""
        picture = self._drawn(row, edge)
        return None if picture is None else png_bytes(picture)

    def original(self, row: int) -> Shown | None:
        """The file of the sample at ``row``, or None where it has none that can be shown."""
        found = self._originals.find(row)
        if found.path is None:
            return None
        try:
            return show_file(found.path)
        except (DataError, OSError):  # it went away meanwhile
            return None

    def at_most(self, row: int, file_edge: int, input_edge: int) -> bytes | None:
        """The sample's file as a PNG of at most ``file_edge`` pixels, else its input of ``input_edge``, else None."""
        found = self._originals.find(row)
        if found.path is not None:
            try:
                return png_bytes(draw_thumbnail(found.path, file_edge))
            except (DataError, OSError):
                pass  # the model's input stands for it, and the large view says why
        return self.model_input(row, input_edge)

    def _drawn(self, row: int, edge: int) -> Image.Image | None:
        sample = self._dataset.inputs[row]
        if edge == LARGE and sample.ndim == 3:
            edge = max(edge, min(max(sample.shape[1:]), _LARGEST))  # not smaller than it is
        edge = min(edge, _MOST_GROWTH * max(sample.shape[1:], default=1))
        return draw_picture(sample, self._dataset.input_kind, edge)


class KeptBytes:
    """What was made last, up to so many bytes; the longest unused goes first."""

    def __init__(self, most: int) -> None:
        self._most, self._size = most, 0
        self._content: OrderedDict[int, bytes] = OrderedDict()
        self._lock = threading.Lock()

    def get(self, key: int, make: Callable[[], bytes | None]) -> bytes | None:
        """What is kept under ``key``, else what ``make`` gives, which is kept from now on."""
        with self._lock:
            if key in self._content:
                self._content.move_to_end(key)
                return self._content[key]
        made = make()  # outside the lock: several at a time
        if made is not None:
            with self._lock:
                if key not in self._content:
                    self._content[key] = made
                    self._size += len(made)
                while self._size > self._most:
                    self._size -= len(self._content.popitem(last=False)[1])
        return made
