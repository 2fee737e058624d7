import numpy as np
import pytest

from faultloc.evaluation.metrics import rauc
from faultloc.methods.dfaulo.default.scoring import exchanged_pairs as exchanged_pairs_module
from faultloc.methods.dfaulo.default.scoring import fault_mixture, label_curve
from faultloc.methods.dfaulo.default.scoring.exchanged_pairs import exchanged_pairs
from faultloc.methods.dfaulo.default.scoring.label_curve import LabelCurve
from faultloc.methods.dfaulo.default.scoring.posterior import score_default
from tests.methods.dfaulo.default.default_case import SETTINGS, make_case
from tests.methods.dfaulo.default.points_of_classes import PAIR, SAMPLES, made_up


def named(rates) -> set[tuple[int, int]]:
    return set(zip(*(places.tolist() for places in np.nonzero(rates)), strict=True))


@pytest.mark.parametrize("seed", [0, 1])
@pytest.mark.parametrize("alike", [0.0, 0.4])
@pytest.mark.parametrize("share", [0.1, 0.3])
def test_an_exchanged_pair_is_found_with_its_rates_and_no_other_is(share, alike, seed):
    rates = exchanged_pairs(*made_up(share, share, alike, seed=seed))
    assert named(rates) == {PAIR, PAIR[::-1]}
    assert rates[PAIR] == pytest.approx(share, abs=0.09)
    assert rates[PAIR[::-1]] == pytest.approx(share, abs=0.09)


def test_labels_that_go_one_way_are_no_exchanged_pair():
    assert not exchanged_pairs(*made_up(forth=0.2)).any()


@pytest.mark.parametrize("seed", [0, 1])
@pytest.mark.parametrize("alike", [0.0, 0.5, 0.9])
def test_classes_that_look_alike_are_no_exchanged_pair(alike, seed):
    assert not exchanged_pairs(*made_up(alike=alike, seed=seed)).any()


@pytest.mark.parametrize("wrong", [0.05, 0.2])
def test_wrong_labels_that_are_spread_evenly_are_no_exchanged_pair(wrong):
    assert not exchanged_pairs(*made_up(wrong=wrong)).any()


def test_a_class_in_several_pairs_keeps_some_of_its_labels(monkeypatch):
    monkeypatch.setattr(exchanged_pairs_module, "fit_label_curve", lambda *_, **__: LabelCurve(0.4, 0.45, 100.0))
    monkeypatch.setattr(exchanged_pairs_module, "_LEAST_CONTRADICTED", 0.0)
    rates = exchanged_pairs(*made_up())
    assert (rates > 0).sum() == 20
    np.testing.assert_allclose(rates.sum(axis=1), 0.8)


@pytest.mark.parametrize("case", [{"forth": 0.1, "back": 0.1}, {"forth": 0.2}, {"alike": 0.5}, {"wrong": 0.2}])
def test_pairs_that_are_hardly_contradicted_have_no_curve_worth_fitting(case, monkeypatch):
    quick = exchanged_pairs(*made_up(**case))
    monkeypatch.setattr(exchanged_pairs_module, "_LEAST_CONTRADICTED", 0.0)
    np.testing.assert_array_equal(quick, exchanged_pairs(*made_up(**case)))


@pytest.mark.parametrize("case", [{"forth": 0.1, "back": 0.1}, {"forth": 0.2}, {"alike": 0.5}, {"wrong": 0.2}])
@pytest.mark.parametrize("samples", [600, SAMPLES])
def test_no_pair_is_lost_where_no_rising_curve_could_gain_enough(samples, case, monkeypatch):
    quick = exchanged_pairs(*made_up(**case, samples=samples))
    monkeypatch.setattr(label_curve, "_least_cost", lambda *_: -np.inf)
    np.testing.assert_array_equal(quick, exchanged_pairs(*made_up(**case, samples=samples)))


def test_clean_pairs_that_look_alike_are_asked_for_one_curve_alone(monkeypatch):
    fitted, minimize = [], label_curve.minimize

    def counted(*args, **options):
        fitted.append(1)
        return minimize(*args, **options)

    monkeypatch.setattr(label_curve, "minimize", counted)
    exchanged_pairs(*made_up(alike=0.5, samples=600))
    asked = len(fitted)
    monkeypatch.setattr(label_curve, "_least_cost", lambda *_: -np.inf)
    exchanged_pairs(*made_up(alike=0.5, samples=600))
    assert 0 < asked < (len(fitted) - asked) / 2


def test_of_hundreds_of_pairs_an_exchanged_one_is_asked():
    rates = exchanged_pairs(*made_up(0.3, 0.3, classes=30, samples=12_000))
    assert named(rates) == {PAIR, PAIR[::-1]}


def test_few_samples_classes_without_any_and_inputs_that_tell_nothing_have_no_pair():
    opinion, labels = made_up(0.3, 0.3)
    assert not exchanged_pairs(opinion[:60], labels[:60]).any()
    nobody = np.column_stack([opinion, np.zeros(SAMPLES)])
    assert named(exchanged_pairs(nobody, labels)) == {PAIR, PAIR[::-1]}
    assert not exchanged_pairs(np.full((200, 5), 0.2), labels[:200]).any()
    assert not exchanged_pairs(np.ones((50, 1)), np.zeros(50, int)).any()


@pytest.mark.parametrize("suspected", [(1, 3), (0, 2)])
def test_a_pair_that_is_suspected_needs_to_gain_less(suspected):
    # By the inputs alone 45 pairs of ten classes have to gain 6 nats, one that is suspected 2.2.
    opinion, labels = made_up(classes=10)
    for gain, counts in ((3.0, True), (2.0, False)):
        rates = exchanged_pairs(opinion, labels, {suspected: LabelCurve(0.2, 0.3, gain)})
        assert named(rates) == ({suspected, suspected[::-1]} if counts else set())
    assert not exchanged_pairs(opinion, labels, {suspected: LabelCurve(0.06, 0.3, 9.0)}).any()
    several = {(0, other): LabelCurve(0.2, 0.3, 3.0) for other in range(1, 5)}
    assert not exchanged_pairs(opinion, labels, several).any()


def test_what_the_inputs_alone_are_sure_of_is_not_changed_by_a_suspicion():
    opinion, labels = made_up(0.3, 0.3)
    alone = exchanged_pairs(opinion, labels)
    np.testing.assert_array_equal(exchanged_pairs(opinion, labels, {PAIR: LabelCurve(0.1, 0.1, 9.0)}), alone)


def test_a_pair_that_the_features_know_by_heart_is_found_and_counted(monkeypatch):
    case = make_case(samples=4000, wrong=500, pair=(0, 2), learned=0.97, inputs=True)

    def quality_and_count() -> tuple[float, float]:
        score = score_default(case.evidence, SETTINGS)
        return rauc(case.is_wrong[np.argsort(-score.log_odds, kind="stable")]), float(score.probability.sum())

    found, counted = quality_and_count()
    monkeypatch.setattr(fault_mixture, "exchanged_pairs", lambda *_: np.zeros((4, 4)))
    without, _ = quality_and_count()
    assert 1 - found < 0.7 * (1 - without)
    assert counted == pytest.approx(500, rel=0.3)
