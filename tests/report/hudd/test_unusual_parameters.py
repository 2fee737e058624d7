import numpy as np

from faultloc.report.hudd.unusual_parameters import unusual_parameters

CLUSTER = np.array([0] * 30 + [1] * 30 + [-1] * 5)
PLACES, CORRECT = np.arange(65), np.arange(65, 265)


def said(values: np.ndarray) -> dict[int, list[str]]:
    return {
        number: list(lines) for number, lines in unusual_parameters({"p": values}, PLACES, CLUSTER, CORRECT).items()
    }


def test_values_far_from_those_of_sound_samples_are_told_with_both_ranges() -> None:
    values = np.random.default_rng(0).uniform(-1, 1, 265)
    values[:30] = 60
    assert said(values)[1][0].startswith("p: 60 (of right samples: -0.")
    assert said(values)[2] == []


def test_chance_says_nothing() -> None:
    values = np.random.default_rng(0).uniform(size=265)
    assert said(values) == {1: [], 2: []}


def test_two_errors_are_too_few_to_say_anything() -> None:
    values = np.zeros(265)
    values[:2] = 60
    cluster = np.array([0, 0] + [1] * 63)
    assert unusual_parameters({"p": values}, PLACES, cluster, CORRECT)[1] == []


def test_a_parameter_that_never_applies_there_is_told() -> None:
    values = np.random.default_rng(0).uniform(size=265)
    values[:30] = np.nan
    assert said(values)[1][0].startswith("p: does not apply (of right samples: 0.")


def test_without_parameters_there_is_nothing_to_say() -> None:
    assert unusual_parameters({}, PLACES, CLUSTER, CORRECT) == {}
