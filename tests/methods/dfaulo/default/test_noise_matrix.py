import numpy as np
import pytest

from faultloc.methods.dfaulo.default.scoring.noise_matrix import NoiseMatrix, estimate_noise, without_noise
from tests.methods.dfaulo.default.default_case import make_case
from tests.references import reference_noise_matrix


@pytest.mark.parametrize("pair", [None, (0, 2)])
@pytest.mark.parametrize("share", [0.3, 1.0])
def test_it_agrees_with_the_reference(pair, share):
    evidence = make_case(wrong=150, pair=pair).evidence
    noise = estimate_noise(evidence.unseen, evidence.labels, anchor_share=share)
    expected = reference_noise_matrix(evidence.unseen.tolist(), evidence.labels.tolist(), share)
    np.testing.assert_allclose(noise.transition, expected, rtol=1e-9)


def test_a_confused_pair_has_rates_of_its_own_near_the_true_ones():
    case = make_case(samples=4000, wrong=400, pair=(0, 2))
    transition = estimate_noise(case.evidence.unseen, case.evidence.labels, anchor_share=0.3).transition
    true_rate = case.is_wrong[case.true_labels == 0].mean()
    assert transition[0, 2] == pytest.approx(true_rate, abs=0.06)
    np.testing.assert_allclose([transition[0, 1], transition[1, 0]], transition[3, 2])
    assert transition[3, 2] < 0.01


def test_rows_add_up_to_one_and_no_cell_is_zero():
    evidence = make_case(wrong=0).evidence
    transition = estimate_noise(evidence.unseen, evidence.labels, anchor_share=0.3).transition
    np.testing.assert_allclose(transition.sum(axis=1), 1)
    assert (transition > 0).all()


def test_a_class_that_nothing_is_predicted_as_has_the_shared_rate():
    probabilities = np.tile(np.float32([0.9, 0.1, 0.0]), (30, 1))
    transition = estimate_noise(probabilities, np.zeros(30, np.int64), anchor_share=0.3).transition
    assert np.isfinite(transition).all()


def test_opinions_are_freed_of_the_noise_that_they_have_learned():
    noise = NoiseMatrix(np.array([[0.8, 0.2, 0.0], [0.3, 0.7, 0.0], [0.0, 0.0, 1.0]]))
    true = np.array([[1.0, 0.0, 0.0], [0.1, 0.9, 0.0], [0.2, 0.3, 0.5]])
    np.testing.assert_allclose(without_noise(true @ noise.transition, noise, floor=1e-9), true, atol=1e-6)


def test_what_noise_cannot_explain_is_lifted_to_the_floor():
    noise = NoiseMatrix(np.array([[0.8, 0.2], [0.2, 0.8]]))
    freed = without_noise(np.array([[1.0, 0.0]]), noise, floor=0.01)
    assert 0 < freed[0, 1] < 0.02 and freed.sum() == pytest.approx(1)
