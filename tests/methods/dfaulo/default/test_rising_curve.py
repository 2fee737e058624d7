import numpy as np
import pytest
from sklearn.isotonic import IsotonicRegression

from faultloc.methods.dfaulo.default.scoring.rising_curve import RisingCurve


@pytest.mark.parametrize("decimals", [1, 12])
def test_it_is_scikit_learns_isotonic_regression_with_and_without_ties(decimals):
    rng = np.random.default_rng(0)
    values = rng.normal(size=500).round(decimals)
    curve = RisingCurve(values, least=0.05, most=0.9)
    slow = IsotonicRegression(y_min=0.05, y_max=0.9, out_of_bounds="clip")
    for _ in range(3):  # the order is found once, the fits are new
        target, weights = rng.uniform(0, 1, 500) * (values > 0), rng.uniform(0.01, 1, 500)
        expected = slow.fit(values, target, sample_weight=weights).predict(values)
        np.testing.assert_allclose(curve.fit(target, weights), expected, atol=1e-12)


def test_two_values_out_of_order_share_their_mean():
    fitted = RisingCurve(np.array([3.0, 1.0, 2.0]), least=0.0, most=1.0).fit(np.array([0.9, 0.6, 0.2]), np.ones(3))
    np.testing.assert_allclose(fitted, [0.9, 0.4, 0.4])
