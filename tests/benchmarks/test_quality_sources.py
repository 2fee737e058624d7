"""The quality benchmark keeps its steps under a hash of the code behind them, which has to be there."""

import pytest

from benchmarks.quality import steps
from benchmarks.quality.cache import source_digest


@pytest.mark.parametrize("name", ["_SUBJECT_SOURCES", "_EVIDENCE_SOURCES", "_PEER_SOURCES"])
def test_the_sources_of_a_step_are_there(name: str):
    assert source_digest(getattr(steps, name))


def test_a_source_that_is_gone_is_an_error():
    with pytest.raises(FileNotFoundError):
        source_digest(("benchmarks/quality/gone.py",))
