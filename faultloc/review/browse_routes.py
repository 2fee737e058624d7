"""The grid, the overview of confusions, and windows of the list: a page never gets it whole."""

from collections.abc import Callable, Sequence
from dataclasses import fields

import numpy as np
from flask import Flask, Response, abort, jsonify, render_template, request

from faultloc.io.results_store import Results
from faultloc.review.asked import MOST_ROWS
from faultloc.review.catalogue import NOTHING, WRONG, Catalogue, Choice
from faultloc.review.confusions import count_confusions
from faultloc.review.sentences import verdict_words
from faultloc.review.session import ReviewSession

_MOST_AT_ONCE = 500
# A list to choose from that is longer is typed into.
_MOST_FOLDERS = 2000
# A table of more classes cannot be taken in; the list of pairs stands for it.
_MOST_IN_TABLE = 25
_MOST_PAIRS = 200


def serve_browsing(
    app: Flask,
    results: Results,
    session: ReviewSession,
    catalogue: Catalogue,
    glimpse: Callable[[int], str] | None,
) -> None:
    """Adds to ``app`` the pages on which many samples are seen at once, and the windows that they ask for.

    ``glimpse`` is the beginning of a sample in words; None where samples are pictures.
    """
    names = list(results.dataset.class_names)
    folders = catalogue.folders if len(catalogue.folders) <= _MOST_FOLDERS else []

    def chosen() -> np.ndarray:
        wanted = {field.name: request.args.get(field.name, "") for field in fields(Choice)}
        return catalogue.choose(Choice(**wanted), session.verdicts_by_row(), session.notes())

    @app.get("/grid")
    def grid() -> str:
        return render_template(
            "grid.html",
            is_judged=request.args.get("verdict") == "judged",
            class_names=names,
            suggested_names=sorted({*catalogue.suggested_labels} | {*names}, key=names_key(names)),
            kinds=[kind for kind in catalogue.kinds if kind],
            wrong=WRONG,
            nothing=NOTHING,
            folders=[folder for folder in folders if folder],
        )

    @app.get("/samples")
    def window() -> Response:
        places = chosen()
        start, count = _number("offset"), _number("limit")
        shown = places[start : start + min(count, _MOST_AT_ONCE)].tolist()
        verdicts, notes = session.verdicts_by_row(), session.notes()
        entries = []
        for place in shown:
            entry = catalogue.entry(place)
            row = int(str(entry["row"]))
            verdict = verdicts.get(row)
            entry |= {
                "verdict": verdict.decision if verdict else "",
                "words": verdict_words(verdict) if verdict else "",
                "note": notes.get(row, ""),
            }
            if glimpse is not None:
                entry["text"] = glimpse(row)
            entries.append(entry)
        return jsonify(total=len(places), offset=start, samples=entries)

    @app.get("/rows")
    def rows() -> Response:
        """The rows of all that are chosen, or of ``limit`` from ``offset``, where they can be judged at once."""
        places = chosen()
        if "offset" in request.args:
            start = _number("offset")
            places = places[start : start + _number("limit")]
        if len(places) > MOST_ROWS:
            abort(400, f"{len(places):,} samples at once are too many; {MOST_ROWS:,} is the most: filter them first.")
        return jsonify(rows=catalogue.rows[places].tolist())

    @app.get("/confusions")
    def confusions() -> str:
        pairs = count_confusions(results.ranking, session.verdicts())
        involved = {pair.given for pair in pairs} | {pair.likely for pair in pairs}
        shown = sorted(involved, key=names_key(names))
        return render_template(
            "confusions.html",
            pairs=pairs[:_MOST_PAIRS],
            more=max(0, len(pairs) - _MOST_PAIRS),
            table={(pair.given, pair.likely): pair for pair in pairs},
            classes=shown if len(shown) <= _MOST_IN_TABLE else [],
            most=max((pair.suspected for pair in pairs), default=0),
            wrong=WRONG,
        )


def names_key(names: Sequence[str]) -> Callable[[str], tuple[int, str]]:
    """A key that sorts class names as the data set does, others after them."""
    places = {name: place for place, name in enumerate(names)}
    return lambda name: (places.get(name, len(places)), name)


def _number(name: str) -> int:
    value = request.args.get(name, "")
    return (
        int(value) if value.isascii() and value.isdigit() and len(value) < 10 else abort(400, f"{name} is no number.")
    )
