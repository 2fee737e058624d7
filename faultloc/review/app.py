"""The review page as a Flask application: it shows dossiers and takes verdicts, nothing else."""

from collections.abc import Callable, Sequence
from dataclasses import asdict
from importlib import resources

from flask import Flask, Response, abort, jsonify, render_template, request
from werkzeug.exceptions import HTTPException

from faultloc.errors import FaultlocError
from faultloc.io.results_store import Results
from faultloc.kinds import AMBIGUOUS, FOREIGN_INPUT
from faultloc.review.dossier import LARGE, SMALL, Dossiers
from faultloc.review.guard import Guard, protect
from faultloc.review.sentences import progress_words, verdict_words
from faultloc.review.session import ReviewSession
from faultloc.verdict import Verdict

# The last judged samples stay within reach of the arrow keys, so that one can change one's mind.
_REMEMBERED = 5
_DECISIONS = ("faulty", "fine", "relabel")


def create_app(results: Results, session: ReviewSession, guard: Guard, *, batch_size: int) -> Flask:
    """The application that reviews ``results`` through ``session`` for whom ``guard`` lets in.

    Samples are named by their row, never by a path: nothing but the data set can be reached.
    """
    app = Flask("faultloc.review", static_folder=None, template_folder=".")
    protect(app, guard)
    dossiers, dataset = Dossiers(results), results.dataset
    ids = [str(sample_id) for sample_id in dataset.sample_ids]

    def progress() -> dict[str, object]:
        return asdict(progress_words(session.progress(), batch_size))

    def said(rows: Sequence[int]) -> dict[str, dict[str, str]]:
        verdicts = session.verdicts()
        judged = {row: verdicts[ids[row]] for row in rows if ids[row] in verdicts}
        return {
            str(row): {"decision": verdict.decision, "words": verdict_words(verdict)} for row, verdict in judged.items()
        }

    def answer(message: str = "", row: int | None = None) -> Response:
        return jsonify(message=message, row=row, progress=progress(), verdicts=said(_rows(len(ids))))

    @app.get("/")
    def page() -> str:
        batch = session.next_batch().tolist()
        verdicts = session.verdicts()
        remembered = [session.row_of(sample_id) for sample_id in list(verdicts)[-_REMEMBERED:]]
        at = request.args.get("at", type=int)
        if at is not None and 0 <= at < len(ids) and at not in (*batch, *remembered):
            batch.insert(0, at)
        first = next((row for row in batch if ids[row] not in verdicts), None)
        shown = [*remembered, *(row for row in batch if row not in remembered)]
        return render_template(
            "page.html",
            key=guard.key,
            dossiers=[dossiers.open(row, verdicts) for row in shown],
            said=said(shown),
            remembered=set(remembered),
            current=at if at in shown else first,
            progress=progress(),
            class_names=list(dataset.class_names),
            samples=len(ids),
            foreign_input=FOREIGN_INPUT,
            ambiguous=AMBIGUOUS,
            folder=str(results.folder),
        )

    @app.post("/verdict")
    def give() -> Response:
        row, decision, label = _row("row", len(ids)), request.json.get("decision"), request.json.get("label")
        if decision not in _DECISIONS:
            abort(400, "A verdict is faulty, fine or relabel.")
        if decision == "relabel" and not (type(label) is int and 0 <= label < len(dataset.class_names)):
            abort(400, "Relabelling needs one of the classes.")
        name = str(dataset.class_names[label]) if decision == "relabel" else ""
        if name and dataset.labels[row] == label:
            abort(400, f"It is labelled {name} already: call it fine, or choose another class.")
        verdict = Verdict(ids[row], decision, name)
        before = session.give(verdict, _tab())
        note = ""
        if before is not None and before.decision != request.json.get("known"):
            note = f"In another tab it was called {verdict_words(before)}; your verdict counts now."
        return answer(note, row)

    @app.post("/undo")
    def undo() -> Response:
        freed = session.undo(_tab())
        if freed is None:
            return answer(
                "No verdict of this tab is left to undo; with ← you reach the last ones, to judge them again."
            )
        return answer(f"Undone: {freed}", session.row_of(freed))

    @app.post("/skip")
    def skip() -> Response:
        row = _row("row", len(ids))
        session.skip(ids[row])
        return answer(row=row)

    @app.post("/state")
    def state() -> Response:
        return answer()

    @app.get("/picture/<any(large, small):size>/<int:row>.png")
    def picture(size: str, row: int) -> Response:
        png = dossiers.picture(row, LARGE if size == "large" else SMALL) if row < len(ids) else None
        return Response(png, mimetype="image/png") if png else abort(404, "There is no such picture.")

    @app.get("/favicon.ico")
    def icon() -> tuple[str, int]:
        return "", 204

    for name, mimetype in (("review.js", "text/javascript"), ("review.css", "text/css")):
        app.add_url_rule(f"/{name}", name, _asset(name, mimetype))

    @app.errorhandler(FaultlocError)
    def say_mistake(error: FaultlocError) -> tuple[str, int]:
        return str(error), 500

    @app.errorhandler(HTTPException)
    def say_error(error: HTTPException) -> tuple[str, int]:
        return error.description or error.name, error.code or 500

    @app.after_request
    def errors_are_text(response: Response) -> Response:
        if response.status_code >= 400:
            response.mimetype = "text/plain"
        return response

    return app


def _asset(name: str, mimetype: str) -> Callable[[], Response]:
    content = resources.files("faultloc.review").joinpath(name).read_bytes()
    return lambda: Response(content, mimetype=mimetype)


def _row(name: str, samples: int) -> int:
    row = request.json.get(name) if isinstance(request.json, dict) else None
    if type(row) is not int or not 0 <= row < samples:
        abort(400, f"There is no sample {row!r}.")
    return row


def _rows(samples: int) -> list[int]:
    rows = request.json.get("rows", []) if isinstance(request.json, dict) else []
    return [row for row in rows if type(row) is int and 0 <= row < samples] if isinstance(rows, list) else []


def _tab() -> str:
    tab = request.json.get("tab") if isinstance(request.json, dict) else None
    return tab if isinstance(tab, str) and tab else abort(400, "A verdict says which tab it comes from.")
