from dataclasses import fields, replace

import numpy as np
import pytest

from faultloc.evaluation.metrics import rauc
from faultloc.methods.dfaulo.default.scoring.noise_matrix import without_noise
from faultloc.methods.dfaulo.default.scoring.posterior import score_default
from faultloc.methods.dfaulo.default.scoring.temperature import normal_scores
from tests.methods.dfaulo.default.default_case import SETTINGS, make_case
from tests.references import reference_log_odds


def quality(case) -> float:
    return rauc(case.is_fault[np.argsort(-score_default(case.evidence, SETTINGS).log_odds, kind="stable")])


@pytest.mark.parametrize("inputs", [False, True], ids=["without inputs", "with inputs"])
def test_the_log_odds_agree_with_the_reference_for_every_sample(inputs):
    case = make_case(samples=400, wrong=20, foreign=20, inputs=inputs)
    evidence, score = case.evidence, score_default(case.evidence, SETTINGS)
    matrix, shares = score.noise.transition.tolist(), np.bincount(evidence.labels, minlength=4) / 400
    mixture = score.mixture
    said = [((evidence.seen + evidence.unseen) / 2, mixture.temperature, 1.0)]
    said.append((evidence.neighbours, mixture.temperature, SETTINGS.neighbour_weight))
    if inputs:
        said.append((evidence.input_opinion, mixture.input_temperature, SETTINGS.input_weight))
    freed = [(without_noise(opinion, score.noise, floor=SETTINGS.floor), *rest) for opinion, *rest in said]
    for i in range(400):
        expected = reference_log_odds(
            [(opinion[i].tolist(), float(temperature[i]), weight) for opinion, temperature, weight in freed],
            int(evidence.labels[i]),
            matrix,
            float(mixture.likelihood[i]),
            float(mixture.foreign_share[i]),
            float(shares[evidence.labels[i]]),
        )
        assert score.log_odds[i] == pytest.approx(expected, rel=1e-3, abs=1e-3)


@pytest.mark.parametrize(
    "case",
    [make_case(), make_case(wrong=60, pair=(0, 2)), make_case(wrong=0, foreign=100), make_case(wrong=50, foreign=50)],
    ids=["random labels", "a confused pair", "foreign inputs", "mixed"],
)
def test_faults_of_every_kind_come_first(case):
    assert quality(case) > 0.97


def test_labels_that_the_features_know_by_heart_are_found_by_the_inputs_alone():
    learned = {"wrong": 160, "learned": 0.7}
    assert quality(make_case(**learned, inputs=True)) > quality(make_case(**learned)) + 0.05


def test_labels_that_the_features_know_by_heart_are_no_foreign_inputs():
    case = make_case(wrong=160, learned=0.7, inputs=True)
    score = score_default(case.evidence, SETTINGS)
    assert (score.foreign_probability > 0.5).sum() <= 0.01 * len(case.is_wrong)


def test_a_recorded_training_is_weighed_where_the_inputs_say_nothing():
    case = make_case(wrong=160, learned=0.7)
    margins = np.random.default_rng(0).normal(3 - 3 * case.is_wrong, 1)
    blank = np.full(case.evidence.unseen.shape, 0.25, np.float32)
    recorded = replace(case.evidence, margins=margins)
    assert quality(replace(case, evidence=recorded)) > quality(case) + 0.03
    recorded = replace(recorded, input_opinion=blank)
    assert quality(replace(case, evidence=recorded)) > quality(case) + 0.03


def test_samples_that_a_training_was_never_shown_gain_nothing_by_its_record():
    case = make_case(wrong=80)
    margins = np.random.default_rng(0).normal(3 - 3 * case.is_wrong, 1)
    margins[::3] = np.nan
    score = score_default(replace(case.evidence, margins=margins), SETTINGS)
    before = score_default(case.evidence, SETTINGS)
    np.testing.assert_allclose(score.label_log_odds[::3], before.label_log_odds[::3])
    assert not np.allclose(score.label_log_odds[1::3], before.label_log_odds[1::3])


def test_inputs_that_say_nothing_leave_the_ranking_as_it_is():
    case = make_case(wrong=80)
    blank = np.full(case.evidence.unseen.shape, 0.25, np.float32)
    score = score_default(replace(case.evidence, input_opinion=blank), SETTINGS)
    found = rauc(case.is_fault[np.argsort(-score.log_odds, kind="stable")])
    assert found == pytest.approx(quality(case), abs=0.01)


def test_foreign_inputs_are_told_from_wrong_labels():
    case = make_case(wrong=60, foreign=60)
    score = score_default(case.evidence, SETTINGS)
    share = score.foreign_probability / score.probability
    assert np.median(share[case.is_foreign]) > 0.8
    assert np.median(share[case.is_wrong]) < 0.2


@pytest.mark.parametrize(("wrong", "foreign"), [(20, 0), (100, 0), (300, 0), (0, 100), (60, 60)])
def test_the_probabilities_add_up_to_about_the_number_of_faults(wrong, foreign):
    score = score_default(make_case(wrong=wrong, foreign=foreign).evidence, SETTINGS)
    assert score.probability.sum() == pytest.approx(wrong + foreign, rel=0.3, abs=20)


def test_sound_data_are_not_claimed_to_be_faulty():
    assert score_default(make_case(wrong=0).evidence, SETTINGS).probability.mean() < 0.01


def test_probabilities_are_probabilities_and_class_probabilities_add_up_to_one():
    score = score_default(make_case(foreign=30).evidence, SETTINGS)
    assert ((score.probability >= 0) & (score.probability <= 1)).all()
    assert (score.foreign_probability <= score.probability + 1e-9).all()
    np.testing.assert_allclose(score.class_probabilities.sum(axis=1), 1)
    assert np.isfinite(score.log_odds).all()


def test_the_order_of_the_samples_does_not_matter():
    evidence = make_case(samples=500, wrong=30, foreign=10, inputs=True).evidence
    evidence = replace(evidence, margins=np.random.default_rng(2).normal(0, 1, 500), memory=np.asarray(0.5))
    order = np.random.default_rng(1).permutation(500)
    changed = {
        field.name: getattr(evidence, field.name)[..., order]
        if field.name == "alignment"
        else getattr(evidence, field.name)[order]
        for field in fields(evidence)
        if field.name != "memory"
    }
    shuffled = score_default(replace(evidence, **changed), SETTINGS)
    np.testing.assert_allclose(shuffled.log_odds, score_default(evidence, SETTINGS).log_odds[order], atol=1e-6)


def test_arguments_are_not_modified():
    evidence = make_case(samples=300, wrong=10, inputs=True).evidence
    evidence = replace(evidence, margins=np.random.default_rng(2).normal(0, 1, 300), memory=np.asarray(0.5))
    before = {field.name: getattr(evidence, field.name).copy() for field in fields(evidence)}
    score_default(evidence, SETTINGS)
    assert all(np.array_equal(before[name], getattr(evidence, name)) for name in before)


@pytest.mark.parametrize("labels", [np.zeros(300, np.int64), np.arange(300) % 4])
def test_odd_data_give_finite_answers(labels):
    evidence = replace(make_case(samples=300, wrong=10).evidence, labels=labels)
    assert np.isfinite(score_default(evidence, SETTINGS).log_odds).all()


def test_certain_opinions_and_equal_energies_give_finite_answers():
    evidence = make_case(samples=300, wrong=10).evidence
    certain = np.eye(4, dtype=np.float32)[evidence.labels]
    flat = np.zeros(300, np.float32)
    score = score_default(replace(evidence, seen=certain, unseen=certain, energy=flat, model_energy=flat), SETTINGS)
    assert np.isfinite(score.log_odds).all()


def test_normal_scores_keep_the_order_and_forget_the_scale():
    values = np.array([3.0, -1.0, 100.0, 0.0])
    np.testing.assert_allclose(normal_scores(values), normal_scores(np.exp(values / 50)))
    assert np.argsort(normal_scores(values)).tolist() == np.argsort(values).tolist()
    assert normal_scores(values).sum() == pytest.approx(0)
