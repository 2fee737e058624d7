"""What the tests of `faultloc purify` give it, and what they look at."""

from pathlib import Path

from faultloc.io.ranked_data import load_ranked_data
from faultloc.review.fingerprint import fingerprint
from faultloc.review.verdict_store import VerdictStore
from faultloc.verdict import Verdict


def give_verdicts(results: Path, *verdicts: Verdict) -> None:
    store = VerdictStore(results / "verdicts.sqlite")
    store.belong_to(fingerprint(load_ranked_data(results).dataset))
    store.give_all(verdicts)


def contents(folder: Path) -> dict[str, bytes]:
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


FIRST, SECOND = "train/cat/0.png", "train/cat/1.png"


def refused(answer: tuple[int, str, str], sentence: str, code: int = 1) -> None:
    assert answer[0] == code
    assert sentence in answer[2]
    assert "Traceback" not in answer[2]
