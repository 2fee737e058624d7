from collections import defaultdict

import numpy as np
import pytest
import torch

from faultloc.errors import ConfigError
from faultloc.methods.idc.questions.attacks import attack_suite
from faultloc.methods.idc.questions.measuring import build_criteria, make_criteria
from faultloc.methods.idc.questions.sensitivity import measure_sensitivity, summary_of
from tests.methods.idc.questions.networks import constant_network, small_network, suite_of

pytest.importorskip("foolbox")
UNITS = [("0", 0), ("0", 2), ("3", 1), ("3", 5)]
NAMES = ("nc", "kmnc", "snac", "nbc", "nlc", "idc")


def built(network, names=NAMES, train_seed=5):
    criteria = make_criteria(network, names, UNITS, {"kmnc": {"sections": 10}})
    build_criteria(criteria, suite_of(network, 60, seed=train_seed), batch_size=20)
    return criteria


def measure(network, criteria, suite, attacks=("fgsm", "pgd"), sizes=(20, 40), shares=(0.05, 0.1, 0.5), batch_size=16):
    return measure_sensitivity(
        network, criteria, suite, sizes=sizes, shares=shares, attacks=attacks, repetitions=2, batch_size=batch_size,
        rng=np.random.default_rng(0), generator=torch.Generator().manual_seed(0),
    )  # fmt: skip


def test_a_suite_is_the_drawn_one_with_the_fooling_versions_in_the_place_of_their_originals():
    network = small_network(1)
    suite, criteria = suite_of(network, 60), built(network)
    found = measure(network, criteria, suite, attacks=["fgsm"])
    rng, generator = np.random.default_rng(0), torch.Generator()
    checked = 0
    for repetition in range(2):
        drawn = suite.select(rng.permutation(60)[:40])
        for row in (row for row in found.rows if row.repetition == repetition):
            requested = round(row.share * row.size)
            made = attack_suite(network, drawn.select(np.arange(requested)), "fgsm", batch_size=16, generator=generator)
            inputs = drawn.inputs[: row.size].clone()
            for place in np.flatnonzero(made.is_fooled):
                inputs[place] = made.inputs[place]
            values = []
            for seen in (drawn.inputs[: row.size], inputs):
                shard = criteria[row.criterion].fresh()
                for batch in seen.split(16):
                    shard.update(batch)
                values.append(shard.compute().value)
            assert (row.before, row.after) == pytest.approx(tuple(values))
            assert (row.requested, row.obtained) == (requested, made.obtained)
            checked += row.before != row.after
    assert checked > 10


def test_both_ncovs_are_as_they_are_defined():
    network = small_network(1)
    # Built on the suite itself, beyond whose ranges no sample of it can be: NBC and SNAC begin at 0.
    rows = measure(network, built(network, train_seed=1), suite_of(network, 60)).rows
    assert len(rows) == 2 * 2 * 2 * 3 * len(NAMES)
    changes = defaultdict(list)
    for row in rows:
        changes[row.criterion, row.size].append(row.after - row.before)
    for row in rows:
        span = max(changes[row.criterion, row.size]) - min(changes[row.criterion, row.size])
        assert row.ncov == pytest.approx((row.after - row.before) / span if span else 0)
        expected = None if row.before == 0 else abs(row.after - row.before) / row.before
        assert row.relative == (None if expected is None else pytest.approx(expected))
    assert any(row.relative is None for row in rows) and any(row.ncov < 0 for row in rows)


def test_an_attack_that_fools_nothing_has_its_rows_and_is_named():
    network = constant_network()
    found = measure(network, built(network, ["nc", "idc"]), suite_of(network, 60), attacks=["fgsm"])
    assert found.fooling_nothing == ["fgsm"] and found.success_rates == {"fgsm": 0}
    assert len(found.rows) == 2 * 2 * 3 * 2
    for row in found.rows:
        assert row.requested > row.obtained == 0 and row.before == row.after and row.ncov == 0
    assert {(of.requested, of.obtained, of.change.mean) for of in summary_of(found.rows) if of.share == 0.5} == {
        (20, 0, 0.0), (40, 0, 0.0)
    }  # fmt: skip


def test_added_adversarial_inputs_never_lower_coverage():
    network = small_network(1)
    suite = suite_of(network, 40)
    made = attack_suite(network, suite, "pgd", batch_size=16, generator=torch.Generator().manual_seed(0))
    for name, criterion in built(network, ("snac", "nbc", "idc")).items():
        shard = criterion.fresh()
        shard.update(suite.inputs)
        before = shard.compute().value
        shard.update(made.inputs)
        assert shard.compute().value >= before, name


def test_a_summary_is_the_mean_of_the_repetitions():
    network = small_network(1)
    rows = measure(network, built(network), suite_of(network, 60)).rows
    found = summary_of(rows)
    assert len(found) == len(rows) / 2
    for of in found:
        own = [
            row for row in rows
            if (row.criterion, row.attack, row.size, row.share) == (of.criterion, of.attack, of.size, of.share)
        ]  # fmt: skip
        assert len(own) == of.change.repetitions == 2
        assert of.change.mean == pytest.approx(np.mean([row.after - row.before for row in own]))
        assert of.ncov == pytest.approx(np.mean([row.ncov for row in own]))
        assert of.obtained == sum(row.obtained for row in own)


@pytest.mark.parametrize(
    ("settings", "sentence"),
    [
        ({"sizes": [61]}, "a suite of 61 samples is asked for, and the model answers 60 rightly"),
        ({"shares": [0.1, 1.5]}, "expected some, shares up to 1"),
        ({"sizes": []}, "expected some"),
        ({"attacks": ["laser"]}, "there is no attack 'laser'"),
    ],
)
def test_bad_settings_are_a_sentence_each(settings, sentence):
    network = small_network(1)
    with pytest.raises(ConfigError, match=sentence):
        measure(network, built(network, ["nc"]), suite_of(network, 60), **settings)
