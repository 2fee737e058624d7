"""The review page without a browser: Flask's test client, with the headers that a browser sends."""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from threading import Thread

from werkzeug.serving import make_server

from faultloc.io.results_store import load_results
from faultloc.review.app import create_app
from faultloc.review.guard import KEY_HEADER, Guard
from faultloc.review.session import ReviewSession
from faultloc.review.verdict_store import FILE_NAME, VerdictStore


@contextmanager
def serving(folder: Path) -> Iterator[str]:
    """The address at which a thread of this process serves the review of ``folder``."""
    results = load_results(folder)
    session = ReviewSession(results, VerdictStore(folder / FILE_NAME))
    server = make_server("127.0.0.1", 0, create_app(results, session, Guard(), batch_size=12), threaded=True)
    thread = Thread(target=server.serve_forever)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}/"
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


HOME = "http://127.0.0.1:8470"


class Page:
    """A browser tab, as far as the server can tell."""

    def __init__(self, folder: Path, guard: Guard | None = None, tab: str = "tab") -> None:
        results = load_results(folder)
        self.folder, self.store = folder, VerdictStore(folder / FILE_NAME)
        self.guard, self.tab = guard or Guard(), tab
        self.session = ReviewSession(results, self.store)
        app = create_app(results, self.session, self.guard, batch_size=12)
        self.client, self.dataset = app.test_client(), results.dataset

    def get(self, path: str, **options):
        return self.client.get(path, base_url=options.pop("base_url", HOME), **options)

    def post(self, path: str, *, headers: dict[str, str] | None = None, base_url: str = HOME, **content):
        usual = {"Origin": HOME, KEY_HEADER: self.guard.key}
        return self.client.post(
            path, json={"tab": self.tab, **content}, headers=usual if headers is None else headers, base_url=base_url
        )

    def rows(self) -> list[int]:
        return [int(row) for row in re.findall(r'<article data-row="(\d+)"', self.get("/").text)]

    def id_of(self, row: int) -> str:
        return str(self.dataset.sample_ids[row])
