"""DFauLo's options as settings of the default scorer's mutants."""

import pytest

from faultloc.errors import ConfigError
from faultloc.own.dfaulo.settings import suffix_settings


def test_without_options_the_settings_are_the_defaults():
    assert suffix_settings().checkpoints == (3, 6, 10, 15)


@pytest.mark.parametrize(
    ("epochs", "checkpoints"), [(30, (6, 12, 20, 30)), (10, (2, 4, 7, 10)), (1, (1,)), (2, (1, 2))]
)
def test_epochs_spread_the_checkpoints(epochs, checkpoints):
    assert suffix_settings(epochs=epochs).checkpoints == checkpoints


@pytest.mark.parametrize(("ratio", "left_out"), [(0.5, 4), (0.25, 2), (0.05, 1)])
def test_the_ratio_is_the_share_of_mutants_without_a_sample(ratio, left_out):
    assert suffix_settings(left_out=ratio).left_out == left_out


@pytest.mark.parametrize("options", [{"epochs": 0}, {"left_out": 0.0}, {"left_out": 0.9}, {"batch_size": 0}])
def test_options_out_of_range_are_errors(options):
    with pytest.raises(ConfigError):
        suffix_settings(**options)
