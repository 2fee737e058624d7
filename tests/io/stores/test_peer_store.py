from pathlib import Path

import numpy as np
import pytest

from faultloc.errors import DataError
from faultloc.io.stores.artifacts import load_json
from faultloc.io.stores.peer_store import load_peers, save_peers


def test_what_is_saved_is_loaded_by_name(tmp_path: Path) -> None:
    save_peers(tmp_path / "peers", {"aum": np.array([0.5, -1.0]), "simifeat": np.zeros(2)}, {"mc_dropout": "none"})
    loaded = load_peers(tmp_path / "peers")
    assert list(loaded) == ["aum", "simifeat"]
    assert loaded["aum"].tolist() == [0.5, -1.0]
    assert load_json(tmp_path / "peers/left_out.json") == {"mc_dropout": "none"}


def test_a_peer_that_is_switched_off_leaves_nothing_from_before(tmp_path: Path) -> None:
    save_peers(tmp_path, {"aum": np.ones(2), "simifeat": np.zeros(2)}, {})
    save_peers(tmp_path, {"aum": np.ones(2)}, {})
    assert list(load_peers(tmp_path)) == ["aum"]


def test_nobody_asked_is_an_empty_folder_and_no_folder_a_mistake(tmp_path: Path) -> None:
    save_peers(tmp_path / "peers", {}, {})
    assert load_peers(tmp_path / "peers") == {}
    with pytest.raises(DataError, match="is missing: run `dvc repro`"):
        load_peers(tmp_path / "elsewhere")
