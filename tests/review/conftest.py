import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from faultloc.io.results_store import load_results
from faultloc.review.session import ReviewSession
from faultloc.review.verdict_store import FILE_NAME, VerdictStore
from tests.review.page import Page
from tests.review.results_case import Case, make_digits, make_texts


@pytest.fixture(scope="session")
def digits_made(tmp_path_factory: pytest.TempPathFactory) -> Case:
    return make_digits(tmp_path_factory.mktemp("digits") / "results")


@pytest.fixture(scope="session")
def texts_made(tmp_path_factory: pytest.TempPathFactory) -> Case:
    return make_texts(tmp_path_factory.mktemp("texts") / "results")


@pytest.fixture
def digits(digits_made: Case, tmp_path: Path) -> Case:
    """Results on digits that the test may change."""
    return Case(Path(shutil.copytree(digits_made.folder, tmp_path / "results")), digits_made.faulty)


@pytest.fixture
def texts(texts_made: Case, tmp_path: Path) -> Case:
    """Results on texts that the test may change."""
    return Case(Path(shutil.copytree(texts_made.folder, tmp_path / "text results")), texts_made.faulty)


@pytest.fixture
def store(tmp_path: Path) -> VerdictStore:
    return VerdictStore(tmp_path / FILE_NAME)


@pytest.fixture
def session_on() -> Iterator[Callable[..., ReviewSession]]:
    """A review of a folder, started as the command starts it."""

    def start(folder: Path, **options: float) -> ReviewSession:
        return ReviewSession(load_results(folder), VerdictStore(folder / FILE_NAME), **options)

    yield start


@pytest.fixture
def page(digits: Case) -> Page:
    """The page on digits, in a tab."""
    return Page(digits.folder)
