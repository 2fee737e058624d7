import math

import pytest

from faultloc.errors import ConfigError
from faultloc.evaluation.known_parameters import known_parameters


def test_what_goes_round_and_what_is_unsafe_is_read_by_name():
    said = {
        "gaze": {"period": 360, "near": [0, 90], "margin": 10},
        "turn": {"period": 360},
        "lid": {"below": -16, "above": 40},
    }
    known = known_parameters(said, "here")
    assert known.periods == {"gaze": 360, "turn": 360}
    assert set(known.unsafe) == {"gaze", "lid"}
    assert [known.unsafe["gaze"].contains(angle) for angle in (355, 11, 100, 450)] == [True, False, True, True]
    assert [known.unsafe["lid"].contains(value) for value in (-17, 0, 41, math.nan)] == [True, False, True, False]


@pytest.mark.parametrize(
    ("said", "sentence"),
    [
        ({"gaze": 360}, r"here says 360 of the parameter gaze; expected for example \{period"),
        ({"gaze": {}}, "expected for example"),
        ({"gaze": {"nearby": [3]}}, "expected for example"),
        ({"gaze": {"near": [3]}}, r"near and margin of gaze in here are \[3\] and None"),
        ({"gaze": {"margin": 3}}, "near and margin of gaze"),
        ({"gaze": {"near": "3", "margin": 1}}, "expected a list and a number"),
        ({"gaze": {"near": [3], "margin": 0}}, "margin of gaze in here is 0; expected a number above 0"),
        ({"gaze": {"near": ["x"], "margin": 1}}, "near of gaze in here is 'x'"),
        ({"gaze": {"period": -1}}, "period of gaze in here is -1"),
        ({"gaze": {"period": 360, "below": 3}}, "goes round, and nothing is below or above there"),
        ({"lid": {"below": "low"}}, "below of lid in here is 'low'"),
    ],
)
def test_anything_else_is_one_sentence(said, sentence):
    with pytest.raises(ConfigError, match=sentence):
        known_parameters(said, "here")
