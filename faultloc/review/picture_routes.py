"""The pictures of samples, each by its row."""

from flask import Flask, Response, abort

from faultloc.review.sample_pictures import Pictures

_NONE = "There is no such picture."


def serve_pictures(app: Flask, pictures: Pictures, samples: int) -> None:
    """Adds to ``app`` the thumbnail, the model's input and the file of each of so many ``samples``.

    What is served is a picture of a known format, never a file as such: see ``showable``.
    """

    @app.get("/picture/small/<int:row>.png")
    def small(row: int) -> Response:
        png = pictures.thumbnail(row) if row < samples else None
        return Response(png, mimetype="image/png") if png else abort(404, _NONE)

    @app.get("/picture/large/<int:row>.png")
    def large(row: int) -> Response:
        png = pictures.model_input(row) if row < samples else None
        return Response(png, mimetype="image/png") if png else abort(404, _NONE)

    @app.get("/picture/original/<int:row>")
    def original(row: int) -> Response:
        shown = pictures.original(row) if row < samples else None
        return Response(shown.content, mimetype=shown.mimetype) if shown else abort(404, _NONE)
