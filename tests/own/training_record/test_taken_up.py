"""What was recorded reaches the evidence of the Python call, and changes no ranking yet."""

from pathlib import Path

import numpy as np
import pandas as pd
import pytest
import torch

from faultloc import LocateSettings, MarginRecorder, TrainingRecipe, locate_data_faults
from faultloc.errors import ConfigError, DataError
from faultloc.io.results_store import load_results
from faultloc.own.dfaulo.settings import suffix_settings

QUICK = LocateSettings(suffix=suffix_settings(epochs=6))


def recorded(digits) -> MarginRecorder:
    """One pass of the trained network."""
    recorder = MarginRecorder(len(digits.labels))
    recorder.after_epoch(digits.network, (torch.from_numpy(digits.inputs), torch.from_numpy(digits.labels)))
    return recorder


def test_the_evidence_has_what_was_recorded_and_keeps_it(digits, tmp_path: Path) -> None:
    recorder = recorded(digits)
    alone = locate_data_faults(digits.network, (digits.inputs, digits.labels), settings=QUICK)
    found = locate_data_faults(digits.network, (digits.inputs, digits.labels), settings=QUICK, record=recorder)
    assert found.evidence is not None
    assert alone.evidence is not None
    assert alone.evidence.margins is None
    means = recorder.training_record().mean_margins
    np.testing.assert_array_equal(found.evidence.margins, means)
    pd.testing.assert_frame_equal(found.ranking, alone.ranking)
    found.save(tmp_path / "results")
    np.testing.assert_array_equal(load_results(tmp_path / "results").evidence.margins, means)
    alone.save(tmp_path / "results")  # no margins of another run are left
    assert load_results(tmp_path / "results").evidence.margins is None


def test_a_record_in_another_order_is_refused(digits) -> None:
    turned = (digits.inputs[::-1].copy(), digits.labels[::-1].copy())
    with pytest.raises(DataError, match="expected the same samples in the same order"):
        locate_data_faults(digits.network, turned, settings=QUICK, record=recorded(digits))


def test_the_papers_scorer_takes_no_record(digits) -> None:
    recipe = TrainingRecipe("Adam", 1, 64, {"lr": 0.003})
    with pytest.raises(ConfigError, match="reads the model alone"):
        locate_data_faults(
            digits.network, (digits.inputs, digits.labels), scorer="paper", recipe=recipe, record=recorded(digits)
        )
