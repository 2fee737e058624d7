"""The list and the verdicts as files to save from the page."""

import tempfile
from pathlib import Path

from flask import Flask, Response, abort

from faultloc.io.results_store import Results
from faultloc.review.exchange import Format, write_export
from faultloc.review.session import ReviewSession

# Name of the file: the format that it is written in, and what it is.
_FILES: dict[str, tuple[Format, str]] = {
    "verdicts.csv": ("csv", "text/csv"),
    "label-studio.json": ("label-studio", "application/json"),
    "label-studio.xml": ("label-studio", "application/xml"),
    "labels.json": ("fiftyone", "application/json"),
}


def serve_exports(app: Flask, results: Results, session: ReviewSession) -> None:
    """Adds to ``app`` the files that `faultloc review --export` writes, as they would be now."""

    @app.get("/export/<name>")
    def export(name: str) -> Response:
        if name not in _FILES:
            abort(404, "There is no such export.")
        format_, mimetype = _FILES[name]
        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder) / name
            # Label Studio's interface is written beside its tasks.
            write_export(path.with_suffix(".json") if format_ == "label-studio" else path, format_, results,
                         session.verdicts(), session.notes_by_id())  # fmt: skip
            content = path.read_bytes()
        answer = Response(content, mimetype=mimetype)
        answer.headers["Content-Disposition"] = f"attachment; filename={name}"
        return answer
