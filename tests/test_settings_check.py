import pytest

from faultloc.errors import ConfigError
from faultloc.settings_check import check_number, check_switch


def test_a_number_within_its_bounds_passes():
    check_number("x", 3, at_least=1, whole=True)
    check_number("x", 0.5, above=0, below=1)


@pytest.mark.parametrize(
    ("value", "bounds", "message"),
    [
        (0, {"at_least": 1, "whole": True}, "x is 0; expected a whole number at least 1"),
        (1.5, {"at_least": 1, "whole": True}, "x is 1.5; expected a whole number at least 1"),
        (1, {"above": 0, "below": 1}, "x is 1; expected a number above 0 and below 1"),
        ("many", {"at_least": 0}, "x is 'many'; expected a number at least 0"),
        (None, {}, "x is None; expected a number"),
        (True, {}, "x is True; expected a number"),
        (float("nan"), {"at_least": 0}, "x is nan; expected a number at least 0"),
    ],
)
def test_anything_else_is_named_with_what_was_expected(value, bounds, message):
    with pytest.raises(ConfigError, match=f"^{message}$"):
        check_number("x", value, **bounds)


@pytest.mark.parametrize("value", ["maybe", 1, None])
def test_a_switch_is_true_or_false(value):
    check_switch("x", True)
    check_switch("x", False)
    with pytest.raises(ConfigError, match=f"^x is {value!r}; expected true or false$"):
        check_switch("x", value)
