import numpy as np
from scipy.special import expit
from sklearn.isotonic import IsotonicRegression

from faultloc.methods.dfaulo.default.scoring.rising_curve import rising_curve


def test_the_rising_curve_is_that_of_scikit_learn_where_places_are_equal_too():
    rng = np.random.default_rng(6)
    known = rng.integers(0, 30, 200) / 10
    values, asked = known + rng.normal(0, 1, 200), np.linspace(-1, 4, 77)
    expected = IsotonicRegression(increasing=True, out_of_bounds="clip").fit(known, values).predict(asked)
    np.testing.assert_allclose(rising_curve(known, values, asked), expected, atol=1e-12)


def test_no_rising_curve_makes_labels_likelier_neither_cut_off_nor_not():
    rng = np.random.default_rng(0)
    places = rng.normal(0, 2, 300)
    is_one = rng.random(300) < expit(places)

    def likelihood(said):
        return np.log(np.where(is_one, said, 1 - said)).sum()

    best = rising_curve(places, is_one.astype(float), places)
    for least in (0.0, 0.1):
        curves = [
            np.clip(low + (1 - low - high) * expit(steepness * (places - middle)), least, 1 - least)
            for low in (0.0, 0.1, 0.3)
            for high in (0.0, 0.1, 0.3)
            for steepness in (0.5, 1.0, 4.0)
            for middle in (-0.5, 0.0, 0.5)
        ]
        assert likelihood(np.clip(best, least, 1 - least)) > max(map(likelihood, curves))
