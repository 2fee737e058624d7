import hashlib
import shutil
from collections.abc import Callable, Iterator
from dataclasses import fields
from pathlib import Path

import numpy as np
import pytest

from faultloc.io.results_store import load_results
from faultloc.methods.dfaulo.default.evidence import DefaultEvidence
from faultloc.methods.dfaulo.default.scoring.posterior import DefaultScore, ScorerSettings, score_default
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


@pytest.fixture(autouse=True)
def scored_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """The same evidence is scored once for all tests: it is half a second for each page that is opened."""
    monkeypatch.setattr("faultloc.review.session.score_default", _score)


_scores: dict[tuple[str, ScorerSettings], DefaultScore] = {}


def _score(evidence: DefaultEvidence, settings: ScorerSettings) -> DefaultScore:
    digest = hashlib.sha256()
    for field in fields(evidence):
        digest.update(np.ascontiguousarray(getattr(evidence, field.name)).tobytes())
    key = digest.hexdigest(), settings
    if key not in _scores:
        _scores[key] = score_default(evidence, settings)
    return _scores[key]


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
