import numpy as np
import pytest

from faultloc.methods.dfaulo.paper.scoring.seed_set import draw_noise_input, make_seed_set
from tests.methods.dfaulo.paper.test_features import evidence


def opinions(classes: int = 4) -> np.ndarray:
    return np.random.default_rng(9).dirichlet(np.ones(classes), 4).astype(np.float32)


def test_real_samples_of_every_class_are_followed_by_one_artificial_fault_a_class():
    given = evidence(samples=200)
    seeds = make_seed_set(given, opinions(), 10, np.random.default_rng(0))
    assert np.bincount(seeds.evidence.labels[~seeds.is_faulty]).tolist() == [10] * 4
    assert seeds.evidence.labels[seeds.is_faulty].tolist() == [0, 1, 2, 3]


def test_artificial_faults_share_one_opinion_and_carry_all_flags():
    given = opinions()
    seeds = make_seed_set(evidence(samples=200), given, 10, np.random.default_rng(0))
    artificial = seeds.evidence.select(np.flatnonzero(seeds.is_faulty))
    assert artificial.deleted.all()
    assert np.array_equal(artificial.subject, np.repeat(given[:1], 4, axis=0))
    assert np.array_equal(artificial.mutants[2], np.repeat(given[3:], 4, axis=0))


def test_of_a_small_class_all_samples_are_taken():
    seeds = make_seed_set(evidence(samples=12), opinions(), 1000, np.random.default_rng(0))
    assert (~seeds.is_faulty).sum() == 12


def test_the_same_generator_draws_the_same_samples():
    first, second = (make_seed_set(evidence(200), opinions(), 5, np.random.default_rng(3)) for _ in range(2))
    assert np.array_equal(first.evidence.subject, second.evidence.subject)


@pytest.mark.parametrize(
    ("inputs", "low", "high"),
    [
        (np.zeros((5, 1, 28, 28), dtype=np.uint8), 0, 255),
        (np.arange(50, dtype=np.int32).reshape(5, 10), 0, 49),
        (np.linspace(-2, 2, 50, dtype=np.float32).reshape(5, 10), -2, 2),
    ],
)
def test_noise_has_the_shape_kind_and_range_of_the_inputs(inputs, low, high):
    noise = draw_noise_input(inputs, np.random.default_rng(0))
    assert noise.shape == (1, *inputs.shape[1:])
    assert noise.dtype == inputs.dtype
    assert low <= noise.min() < noise.max() <= high
