import numpy as np
import pytest

from faultloc.methods.dfaulo.default.scoring import left_out_regression
from faultloc.methods.dfaulo.default.scoring.foreign_share import foreign_share
from faultloc.methods.dfaulo.default.scoring.left_out_regression import LeftOutRegression
from faultloc.methods.dfaulo.default.scoring.strangeness_curve import fit_curves, foreign_probability, held_out_gain
from faultloc.methods.dfaulo.default.scoring.temperature import normal_scores

CLASSES = 10


def share_of(signs, measures, regression, likelihood, label_share, by_inputs=None, undecided=None):
    """The share of foreign inputs where mutants are as undecided of all samples, unless told otherwise."""
    same = np.zeros(len(likelihood)) if undecided is None else undecided
    return foreign_share(signs, measures, regression, likelihood, label_share, same, by_inputs)


def made_up(samples=3000, foreign=150, seed=0):
    """Opinions that are .9 sure, and right of 9 in 10 labels; foreign inputs carry any label and are strange."""
    rng = np.random.default_rng(seed)
    is_foreign = np.arange(samples) < foreign
    agrees = np.where(is_foreign, rng.random(samples) < 1 / CLASSES, rng.random(samples) < 0.9)
    likelihood = np.where(agrees, 0.9, 0.1 / (CLASSES - 1))
    strange = normal_scores(rng.normal(2.5 * is_foreign, 1))
    return is_foreign, strange, likelihood, np.full(samples, 1 / CLASSES)


def test_what_is_strange_and_labelled_at_random_is_foreign():
    is_foreign, strange, likelihood, share = made_up()
    found = share_of([strange], strange[:, None], None, likelihood, share)
    assert found.sum() == pytest.approx(150, rel=0.3)
    assert np.median(found[is_foreign]) > 10 * np.median(found[~is_foreign])


def test_nothing_is_foreign_where_labels_agree_as_well_as_the_opinions_promise():
    _, strange, likelihood, share = made_up(foreign=0)
    assert share_of([strange], strange[:, None], None, likelihood, share).sum() < 5


def test_opinions_that_are_a_little_too_sure_of_strange_samples_are_no_sign_of_foreign_ones():
    """Hard samples: their labels are contradicted by .1 more often than promised, and none of them is foreign."""
    claimed = 0
    for seed in range(20):
        rng = np.random.default_rng(seed)
        strange, promised = normal_scores(rng.normal(size=4000)), rng.uniform(0.6, 0.99, 4000)
        contradicted = rng.random(4000) < 1 - promised + 0.1 / (1 + np.exp(8 - 4 * strange))
        likelihood = np.where(contradicted, (1 - promised) / (CLASSES - 1), promised)
        share = np.full(4000, 1 / CLASSES)
        found = share_of([strange], strange[:, None], None, likelihood, share)
        claimed += bool((foreign_probability(found, likelihood, share) > 0.5).any())
    assert claimed <= 4, "in more than a fifth of the data sets something is called foreign"


def test_a_sign_that_has_nothing_to_do_with_the_labels_tells_nothing():
    _, strange, likelihood, share = made_up()
    shuffled = np.random.default_rng(1).permutation(strange)
    found = share_of([shuffled], shuffled[:, None], None, likelihood, share)
    assert found[shuffled > 1].mean() < 0.1


def test_signs_that_tell_nothing_do_not_hide_one_that_does():
    is_foreign, strange, likelihood, share = made_up()
    rng = np.random.default_rng(2)
    noise = [normal_scores(rng.random(len(strange))) for _ in range(4)]
    found = share_of([*noise, strange], strange[:, None], None, likelihood, share)
    alone = share_of([strange], strange[:, None], None, likelihood, share)
    assert found[is_foreign].mean() > 0.9 * alone[is_foreign].mean()


@pytest.mark.parametrize("foreign", [0, 40, 150])
def test_what_labels_tell_of_a_sign_is_judged_by_those_that_its_curve_has_not_seen(foreign):
    _, strange, likelihood, share = made_up(foreign=foreign)
    expected = 0.0
    order = np.argsort(strange, kind="stable")
    for number in range(5):
        held, shown = order[number::5], np.delete(order, np.s_[number::5])
        # From the usual beginnings, not from near the curve of all samples.
        curve = fit_curves(strange[shown], likelihood[shown], share[shown])[0]
        foreign_there = 1 / (1 + np.exp(-(curve.slope * strange[held] + curve.intercept)))
        mixed = foreign_there * share[held] + (1 - foreign_there) * likelihood[held]
        expected += np.log(mixed / likelihood[held]).sum()
    near = fit_curves(strange, likelihood, share)
    assert held_out_gain(near, strange, likelihood, share) == pytest.approx(expected, abs=0.05)


def test_a_curve_makes_labels_likelier_than_those_around_it():
    _, strange, likelihood, share = made_up()

    def log_likelihood(slope, intercept):
        foreign = 1 / (1 + np.exp(-(slope * strange + intercept)))
        return np.log(foreign * share + (1 - foreign) * likelihood).sum() - 0.01 * slope**2

    best = fit_curves(strange, likelihood, share)[0]
    grid = [log_likelihood(s, i) for s in np.linspace(0, 12, 40) for i in np.linspace(-25, -7, 40)]
    assert log_likelihood(best.slope, best.intercept) >= max(grid) - 1e-3


def test_foreign_inputs_that_look_alike_give_one_another_away():
    is_foreign, strange, likelihood, share = made_up()
    rng = np.random.default_rng(3)
    features = rng.normal(0, 1, (len(strange), 6)) + 3 * is_foreign[:, None] * np.eye(6)[0]
    with_features = share_of(
        [strange], strange[:, None], LeftOutRegression(features.astype(np.float32)), likelihood, share
    )
    without = share_of([strange], strange[:, None], None, likelihood, share)
    assert with_features[is_foreign].mean() > without[is_foreign].mean() + 0.1
    assert with_features[~is_foreign].mean() < 0.03


def test_hard_samples_that_look_like_no_foreign_one_are_not_taken_for_foreign():
    is_foreign, _, likelihood, share = made_up()
    is_hard = (np.arange(len(share)) >= 150) & (np.arange(len(share)) < 300)
    rng = np.random.default_rng(7)
    # As strange as foreign inputs by a sign, and contradicted half as often.
    strange = normal_scores(rng.normal(2.5 * (is_foreign | is_hard), 1))
    agrees = rng.random(len(share)) < 0.5
    likelihood = np.where(is_hard, np.where(agrees, 0.9, 0.1 / (CLASSES - 1)), likelihood)
    features = rng.normal(0, 1, (len(strange), 6)) + 3 * is_foreign[:, None] * np.eye(6)[0]
    regression = LeftOutRegression(features.astype(np.float32))
    found = share_of([strange], strange[:, None], regression, likelihood, share)
    by_sign = share_of([strange], strange[:, None], None, likelihood, share)
    assert found[is_foreign].mean() > 0.6
    assert found[is_hard].mean() < found[is_foreign].mean() / 2
    assert by_sign[is_hard].mean() > by_sign[is_foreign].mean() / 2


def of_a_kind(chosen, seed=3):
    """A regression on features in which the ``chosen`` samples look alike, and like no other."""
    features = np.random.default_rng(seed).normal(0, 1, (len(chosen), 6)) + 3 * chosen[:, None] * np.eye(6)[0]
    return LeftOutRegression(features.astype(np.float32))


@pytest.mark.parametrize("seed", range(5))
def test_contradicted_samples_that_do_not_look_alike_are_not_called_foreign_and_such_that_do_are(seed):
    # Few enough for their labels to be no proof.
    is_odd, strange, likelihood, share = made_up(foreign=25, seed=seed)
    apart = share_of([strange], strange[:, None], of_a_kind(np.zeros(len(strange))), likelihood, share)
    alike = share_of([strange], strange[:, None], of_a_kind(is_odd), likelihood, share)
    assert foreign_probability(alike, likelihood, share)[is_odd].mean() > 0.6
    assert apart[is_odd].mean() < 0.75 * alike[is_odd].mean()


@pytest.mark.parametrize("seed", range(5))
def test_of_two_signs_that_one_counts_which_the_inputs_of_others_confirm(seed):
    is_foreign, sign, likelihood, share = made_up(foreign=60, seed=seed)
    rng = np.random.default_rng(seed + 10)
    # Many more samples are hard: contradicted half as often, and strange by a sign of their own.
    is_hard = (np.arange(len(share)) >= 60) & (np.arange(len(share)) < 360)
    agrees = rng.random(len(share)) < 0.5
    likelihood = np.where(is_hard, np.where(agrees, 0.9, 0.1 / (CLASSES - 1)), likelihood)
    of_hard = normal_scores(rng.normal(2.5 * is_hard, 1))
    curves = [fit_curves(one, likelihood, share) for one in (of_hard, sign)]
    gains = [held_out_gain(near, one, likelihood, share) for near, one in zip(curves, (of_hard, sign), strict=True)]
    assert gains[0] > gains[1] > 1
    signs, measures = [of_hard, sign], np.column_stack([of_hard, sign])
    found = share_of(signs, measures, of_a_kind(is_foreign), likelihood, share)
    assert found[is_foreign].mean() > 0.5
    assert found[is_hard].mean() < 0.1


def test_where_it_is_hardness_that_the_inputs_tell_they_confirm_no_foreign_input():
    claimed = {"as hard": 0.0, "all": 0.0}
    for seed in range(8):
        rng = np.random.default_rng(seed)
        hardness = rng.normal(0, 1, 3000)
        features = np.column_stack([hardness, rng.normal(0, 1, (3000, 5))]).astype(np.float32)
        # Opinions are a little too sure of hard samples.
        agrees = rng.random(3000) < np.where(hardness > 1.5, 0.82, 0.9)
        likelihood, share = np.where(agrees, 0.9, 0.1 / (CLASSES - 1)), np.full(3000, 1 / CLASSES)
        sign, regression = normal_scores(hardness), LeftOutRegression(features)
        for among, undecided in (("as hard", hardness), ("all", None)):
            found = share_of([sign], sign[:, None], regression, likelihood, share, undecided=undecided)
            claimed[among] += foreign_probability(found, likelihood, share).sum()
    assert claimed["as hard"] < 0.25 * claimed["all"]


@pytest.mark.parametrize("seed", range(3))
def test_foreign_inputs_that_labels_hardly_tell_of_are_confirmed_by_the_inputs_of_others(seed):
    is_foreign, strange, likelihood, share = made_up(foreign=60, seed=seed)
    # Half of their labels are known by heart.
    known = np.where(is_foreign & (np.arange(len(share)) % 2 > 0), 0.9, likelihood)
    undecided = np.random.default_rng(8).random(len(share))
    alike, apart = (
        share_of([strange], strange[:, None], of_a_kind(kind), known, share, undecided=undecided)[is_foreign].mean()
        for kind in (is_foreign, np.zeros(len(share)))
    )
    assert alike > 0.2
    assert apart < 0.01


def test_how_many_are_foreign_lies_between_what_features_and_what_inputs_alone_tell():
    is_foreign, strange, by_inputs, share = made_up()
    rng = np.random.default_rng(9)
    # Features that know two of three labels of foreign inputs by heart, and inputs that are wrong of some hard samples.
    is_known = is_foreign & (rng.random(len(share)) < 2 / 3)
    likelihood = np.where(is_known, 0.9, by_inputs)
    is_mistaken = ~is_foreign & (strange > 1.5) & (rng.random(len(share)) < 0.3)
    by_inputs = np.where(is_mistaken, 0.1 / (CLASSES - 1), by_inputs)

    def found(*both: np.ndarray) -> np.ndarray:
        return share_of([strange], strange[:, None], None, both[0], share, *both[1:])

    hidden, between = found(likelihood), found(likelihood, by_inputs)
    assert hidden.sum() < 0.6 * is_foreign.sum()
    assert 1.2 * hidden.sum() < between.sum() < 1.3 * is_foreign.sum()
    # The order is that of the one sign there is, whatever the number.
    assert (np.argsort(hidden, kind="stable") == np.argsort(between, kind="stable")).all()


def test_a_regression_leaves_each_sample_out():
    rng = np.random.default_rng(4)
    features = rng.normal(0, [3, 2, 1], (50, 3)).astype(np.float32)
    targets = rng.random(50)
    said = LeftOutRegression(features)(targets)
    scaled = features / features.std(axis=0, dtype=np.float64)
    near = np.clip(scaled, -4, 4)
    products = [near[:, a] * near[:, b] for a in range(3) for b in range(a, 3)]
    design = np.column_stack([scaled, *products, np.ones(50)])
    for i in range(50):
        others = np.delete(np.arange(50), i)
        gram = design[others].T @ design[others] + 1e-3 * 50 * np.eye(design.shape[1])
        expected = design[i] @ np.linalg.solve(gram, design[others].T @ targets[others])
        assert said[i] == pytest.approx(expected, abs=1e-6)


def test_what_is_left_out_is_what_the_whole_answer_has_there(monkeypatch):
    monkeypatch.setattr(left_out_regression, "_LEARNED_FROM", 60)
    rng = np.random.default_rng(6)
    regression = LeftOutRegression(rng.normal(0, 1, (200, 4)).astype(np.float32))
    targets = rng.random(200)
    assert len(regression.learned) == 60
    np.testing.assert_array_equal(regression.left_out(targets), regression(targets)[regression.learned])


def test_a_regression_of_few_samples_on_many_directions_leaves_each_out_as_well():
    rng = np.random.default_rng(4)
    features, targets = rng.normal(0, 1, (40, 30)), rng.random(40)
    said = LeftOutRegression(features)(targets)
    for place in range(5):
        changed = targets.copy()
        changed[place] += 10
        assert LeftOutRegression(features)(changed)[place] == pytest.approx(said[place], abs=1e-4)


def test_of_more_samples_than_are_learned_from_the_others_are_asked(monkeypatch):
    monkeypatch.setattr(left_out_regression, "_LEARNED_FROM", 100)
    rng = np.random.default_rng(5)
    features = rng.normal(0, [3, 2, 1], (200, 3)).astype(np.float32)
    targets = (features[:, 0] > 1) * 0.9
    said = LeftOutRegression(features)(targets)
    learned = np.unique(np.linspace(0, 199, 100).astype(int))
    others = np.setdiff1d(np.arange(200), learned)
    # Targets of samples that are not learned from change nothing.
    changed = targets.copy()
    changed[others] = 0
    np.testing.assert_array_equal(LeftOutRegression(features)(changed), said)
    spread = features.std(axis=0, dtype=np.float64)
    near = np.clip(features / spread, -4, 4)
    design = np.column_stack(
        [features / spread, *[near[:, a] * near[:, b] for a in range(3) for b in range(a, 3)], np.ones(200)]
    )
    known = design[learned]
    weights = np.linalg.solve(known.T @ known + 1e-3 * 100 * np.eye(10), known.T @ targets[learned])
    np.testing.assert_allclose(said[others], (design @ weights)[others], atol=1e-5)
