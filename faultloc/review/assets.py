"""The page's own scripts and its style, served by their names and nothing else."""

from collections.abc import Callable
from importlib import resources

from flask import Flask, Response

_TYPES = {".js": "text/javascript", ".css": "text/css"}


def serve_assets(app: Flask) -> None:
    """Adds a route to ``app`` for each script and for the style."""
    for file in resources.files("faultloc.review").joinpath("assets").iterdir():
        kind = _TYPES.get(file.name[file.name.rfind(".") :])
        if kind:
            app.add_url_rule(f"/{file.name}", file.name, _answer(file.read_bytes(), kind))


def _answer(content: bytes, mimetype: str) -> Callable[[], Response]:
    return lambda: Response(content, mimetype=mimetype)
