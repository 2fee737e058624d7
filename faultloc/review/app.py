"""The review page as a Flask application: it shows samples and takes verdicts, nothing else."""

from dataclasses import asdict

from flask import Flask, Response, render_template, request
from werkzeug.exceptions import HTTPException

from faultloc.errors import FaultlocError
from faultloc.io.results_store import Results
from faultloc.kinds import FOREIGN_INPUT
from faultloc.review.assets import serve_assets
from faultloc.review.browse_routes import serve_browsing
from faultloc.review.catalogue import Catalogue
from faultloc.review.dossier import Dossiers
from faultloc.review.export_routes import serve_exports
from faultloc.review.guard import Guard, protect
from faultloc.review.originals import Originals
from faultloc.review.picture_routes import serve_pictures
from faultloc.review.sample_pictures import Pictures
from faultloc.review.sentences import progress_words
from faultloc.review.session import ReviewSession
from faultloc.review.verdict_routes import outcomes_of, said_of, take_verdicts

# The last judged samples stay within reach of the arrow keys, so that one can change one's mind.
_REMEMBERED = 5


def create_app(
    results: Results, session: ReviewSession, guard: Guard, *, batch_size: int, follow_links: bool = False
) -> Flask:
    """The application that reviews ``results`` through ``session`` for whom ``guard`` lets in.

    Samples are named by their row, never by a path: nothing but the data set can be reached. ``follow_links`` shows
    their files also where they lie outside its folder.
    """
    app = Flask("faultloc.review", static_folder=None, template_folder="pages")
    protect(app, guard)
    originals, dataset = Originals(results, follow_links=follow_links), results.dataset
    dossiers, catalogue, pictures = Dossiers(results, originals), Catalogue(results), Pictures(results, originals)
    names = list(dataset.class_names)
    has_pictures = dossiers.has_pictures()

    def progress() -> dict[str, object]:
        return asdict(progress_words(session.progress(), batch_size))

    @app.context_processor
    def on_every_page() -> dict[str, object]:
        return {
            "key": guard.key,
            "folder": str(results.folder),
            "has_pictures": has_pictures,
            "samples": len(dataset),
        }

    @app.get("/")
    def page() -> str:
        batch = session.next_batch().tolist()
        verdicts = session.verdicts()
        remembered = [session.row_of(sample_id) for sample_id in list(verdicts)[-_REMEMBERED:]]
        at = request.args.get("at", type=int)
        if at is not None and 0 <= at < len(dataset) and at not in (*batch, *remembered):
            batch.insert(0, at)
        first = next((row for row in batch if str(dataset.sample_ids[row]) not in verdicts), None)
        shown = [*remembered, *(row for row in batch if row not in remembered)]
        return render_template(
            "one.html",
            dossiers=[dossiers.open(row, verdicts) for row in shown],
            said=said_of(session, shown),
            outcomes=outcomes_of(session, shown, lambda row: names[dataset.labels[row]]),
            notes=session.notes(),
            remembered=set(remembered),
            current=at if at in shown else first,
            progress=progress(),
            class_names=names,
            foreign_input=FOREIGN_INPUT,
            input_width=dataset.inputs.shape[-1],
            input_height=dataset.inputs.shape[-2] if dataset.inputs.ndim > 2 else 1,
        )

    take_verdicts(app, results, session, catalogue, progress)
    serve_browsing(app, results, session, catalogue, None if has_pictures else dossiers.glimpse)
    serve_exports(app, results, session)
    serve_pictures(app, pictures, len(dataset))
    serve_assets(app)

    @app.get("/favicon.ico")
    def icon() -> tuple[str, int]:
        return "", 204

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
