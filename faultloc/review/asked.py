"""What the page sends, checked before it counts."""

from flask import abort, request

# A body has 64 KB at most; so many numbers of seven digits fit.
MOST_ROWS = 5000
LONGEST_NOTE = 2000


def content() -> dict[str, object]:
    """The JSON object that was sent; an empty one where something else was."""
    return request.json if isinstance(request.json, dict) else {}


def asked_row(samples: int) -> int:
    """The row that the request names, one of ``samples``."""
    row = content().get("row")
    if type(row) is not int or not 0 <= row < samples:
        abort(400, f"There is no sample {row!r}.")
    return row


def known_rows(samples: int) -> list[int]:
    """The rows that the page shows; what is none of ``samples`` is left out."""
    rows = content().get("rows", [])
    return [row for row in rows if type(row) is int and 0 <= row < samples] if isinstance(rows, list) else []


def asked_rows(samples: int) -> list[int]:
    """The rows that the request is about: all of them are among ``samples``, and none stands there twice."""
    rows = content().get("rows")
    if not isinstance(rows, list) or not rows or not all(type(row) is int and 0 <= row < samples for row in rows):
        abort(400, "These are no samples of this review.")
    if len(rows) > MOST_ROWS:
        abort(400, f"{len(rows):,} samples at once are too many; {MOST_ROWS:,} is the most.")
    return list(dict.fromkeys(rows))


def asked_label(classes: int) -> int:
    """The class that the request relabels with, one of ``classes``."""
    label = content().get("label")
    if type(label) is not int or not 0 <= label < classes:
        abort(400, "Relabelling needs one of the classes.")
    return label


def asked_note() -> str:
    """The note that the request brings."""
    text = content().get("text")
    if not isinstance(text, str) or len(text) > LONGEST_NOTE:
        abort(400, f"A note is a text of at most {LONGEST_NOTE:,} characters.")
    return text.strip()


def tab() -> str:
    """Which tab the request comes from."""
    name = content().get("tab")
    return name if isinstance(name, str) and name else abort(400, "A verdict says which tab it comes from.")
