"""What holds for every criterion of coverage, whatever it counts."""

import copy
import pickle
from collections.abc import Iterable
from functools import cache

import numpy as np
import pytest
import torch

from faultloc.coverage import Coverage
from faultloc.errors import ConfigError, DataError, FaultlocError, ModelError, TrainingError
from faultloc.methods.idc.criteria import CRITERIA, Criterion, criterion_named
from faultloc.methods.idc.unit_outputs import UnitOutputs
from tests.methods.idc.cases import CASES, IS_ORDER_FREE, TEST, TRAIN, Case, images, in_batches, new_network, units
from tests.methods.idc.references import samples_of

free_of_order = pytest.mark.parametrize("named", [name for name in CASES if IS_ORDER_FREE[name]], indirect=True)
bound_to_order = pytest.mark.parametrize("named", [name for name in CASES if not IS_ORDER_FREE[name]], indirect=True)


@pytest.fixture(scope="module", params=list(CASES))
def named(request) -> str:
    return request.param


@pytest.fixture
def case(named) -> Case:
    return CASES[named]


@cache
def built_once(named: str) -> Criterion:
    return CASES[named].built(new_network())


@pytest.fixture
def built(named) -> Criterion:
    """Has learnt of the training data, and seen nothing."""
    return built_once(named).fresh()


@cache
def found_once(named: str) -> Coverage:
    criterion = built_once(named).fresh()
    for batch in in_batches(TEST, 5):
        criterion.update(batch)
    return criterion.compute()


@pytest.fixture
def found(named) -> Coverage:
    return found_once(named)


def seen(built: Criterion, batches: Iterable[UnitOutputs]) -> Criterion:
    criterion = built.fresh()
    for batch in batches:
        criterion.observe(batch)
    return criterion


def test_every_criterion_of_the_table_is_held_to_this_contract():
    assert {named.split()[0] for named in CASES} == set(CRITERIA)


def test_every_criterion_has_the_name_that_it_goes_by_in_the_table():
    assert {kind.name: kind for kind in CRITERIA.values()} == CRITERIA


def test_a_criterion_that_is_not_there_is_an_error_that_lists_those_that_are():
    with pytest.raises(ConfigError, match="no criterion 'kmcn'; expected one of: nc, kmnc"):
        criterion_named("kmcn")
    assert criterion_named("nc") is CRITERIA["nc"]


def test_a_slow_obvious_reference_covers_the_same(case, found):
    network = new_network()
    train, test = (samples_of(network, in_batches(data, size)) for data, size in ((TRAIN, 20), (TEST, 5)))
    assert (found.covered, found.total) == pytest.approx(case.reference(train, test), rel=1e-9)


def test_the_case_is_one_in_which_something_is_covered_and_something_is_not(found):
    assert 0 < found.covered < found.total


def test_the_value_is_a_number_from_0_to_1(found):
    assert 0 <= found.value <= found.share_of_attainable <= 1


def test_the_notes_are_sentences_for_people(found):
    assert all(note and "\n" not in note for note in found.notes)


@free_of_order
def test_the_order_of_the_samples_changes_nothing(built, found):
    for seed in range(2):
        assert seen(built, units(seed, 5)).compute() == found


@pytest.mark.parametrize("size", [1, 7])
@free_of_order
def test_the_size_of_the_batches_changes_nothing(built, found, size):
    assert seen(built, units(None, size)).compute() == found


@pytest.mark.parametrize("at", [0, 1, 4])
@free_of_order
def test_two_shards_merged_are_the_whole_whichever_comes_first(built, found, at):
    def shards() -> tuple[Criterion, Criterion]:
        return seen(built, units(None, 6)[:at]), seen(built, units(None, 6)[at:])

    one, other = shards()
    assert one.merge(other).compute() == found
    one, other = shards()
    assert other.merge(one).compute() == found


@free_of_order
def test_merging_leaves_the_other_as_it_was(built):
    one, other = seen(built, units(None, 6)[:2]), seen(built, units(None, 6)[2:])
    before = other.compute()
    one.merge(other)
    one.update(images(3, seed=9, largest=8))
    assert other.compute() == before


@free_of_order
def test_a_shard_comes_back_from_another_process(built, found):
    batches = units(None, 6)
    away = pickle.loads(pickle.dumps(seen(built, batches[:2])))  # noqa: S301  # made a line before
    assert seen(built, batches[2:]).merge(away).compute() == found


@bound_to_order
def test_where_the_order_matters_that_is_declared_and_shards_are_not_merged(built):
    assert len({seen(built, units(seed, 5)).compute().covered for seed in range(8)}) > 1
    with pytest.raises(ConfigError, match="depends on the order of the samples"):
        seen(built, units(None, 5)).merge(seen(built, units(None, 5)))


def test_what_is_covered_stays_covered(built):
    criterion, covered = built.fresh(), 0
    for batch in units(None, 5):
        criterion.observe(batch)
        assert criterion.compute().covered >= covered
        covered = criterion.compute().covered


@free_of_order
def test_samples_that_came_before_cover_nothing_new(built, found):
    again = seen(built, (*units(None, 5), *units(None, 3))).compute()
    assert again.covered == found.covered


def test_to_compute_changes_nothing(built, found):
    criterion = built.fresh()
    for batch in units(None, 5):
        criterion.observe(batch)
        criterion.compute()
    assert criterion.compute() == criterion.compute() == found


def test_the_same_data_give_the_same_coverage_whatever_was_drawn_before(case, found):
    torch.manual_seed(77)
    np.random.default_rng(5).random(7)
    criterion = case.built(new_network())
    assert seen(criterion, units(None, 5)).compute() == found


def test_the_model_is_left_as_it_was(case):
    network = new_network()
    network.train()
    network[4].eval()
    before = copy.deepcopy(network.state_dict())
    case.built(network).update(TEST)
    assert all(torch.equal(value, before[key]) for key, value in network.state_dict().items())
    assert [module.training for module in network] == [True, True, True, True, False, True, True]
    assert network.training and all(parameter.requires_grad for parameter in network.parameters())
    assert all(parameter.grad is None for parameter in network.parameters())


def test_no_hook_is_left_on_the_model_also_after_an_error(case):
    network = new_network()
    criterion = case.built(network)
    with pytest.raises(RuntimeError):
        criterion.update(torch.zeros(2, 3, 9, 9))
    criterion.update(TEST)
    assert not any(module._forward_hooks or module._forward_pre_hooks for module in network.modules())


def test_one_sample_is_a_suite(built):
    criterion = built.fresh()
    criterion.update((TEST[0][:1], TEST[1][:1]))
    one = criterion.compute()
    assert 0 <= one.value <= 1
    assert one.covered <= one.attainable <= one.total


def test_a_fresh_criterion_has_seen_nothing(built):
    used = seen(built, units(None, 5))
    before = used.compute()
    with pytest.raises(DataError, match="has seen no test sample"):
        used.fresh().compute()
    assert used.compute() == before


def test_no_test_sample_is_an_error(built):
    with pytest.raises(DataError, match="has seen no test sample; expected a batch"):
        built.fresh().compute()


def test_an_empty_batch_is_an_error(built):
    with pytest.raises(DataError, match="expected at least one sample"):
        built.fresh().update((TEST[0][:0], TEST[1][:0]))


def test_a_batch_that_is_no_tensor_is_an_error(built):
    with pytest.raises(DataError, match="a batch is a dict"):
        built.fresh().update({"inputs": TEST[0]})


def test_an_activation_that_is_no_number_is_an_error_and_counts_nothing(built, found):
    criterion = seen(built, units(None, 5))
    spoilt = TEST[0].clone()
    spoilt[3, 0, 2, 2] = float("nan")
    with pytest.raises(TrainingError, match="layer '0' has activations that are NaN or infinite for 1 of 24 samples"):
        criterion.update((spoilt, TEST[1]))
    assert criterion.compute() == found


def test_a_layer_that_is_not_there_is_an_error_that_lists_those_that_are(case):
    criterion = case.make(new_network(), layers=["9"])
    with pytest.raises(ModelError, match="has no layer '9'; it has: 0, 1, 2"):
        criterion.build(in_batches(TRAIN, 20)).update(TEST)


def test_criteria_that_need_training_data_say_so(case):
    criterion = case.make(new_network())
    if not criterion.needs_build:
        criterion.update(TEST)
        return
    with pytest.raises(ConfigError, match=r"needs training data first; expected build\(train_loader\)"):
        criterion.update(TEST)
    with pytest.raises(DataError, match="the training data hold no sample"):
        criterion.build([])


def test_one_tensor_is_no_loader(case):
    with pytest.raises(DataError, match="build was given one tensor"):
        case.make(new_network()).build(TRAIN[0])


def test_a_criterion_is_built_once(built):
    with pytest.raises(ConfigError, match="make a new one"):
        seen(built, units(None, 5)).build(in_batches(TRAIN, 20))


@free_of_order
def test_criteria_of_other_settings_layers_or_training_data_are_not_merged(case, built):
    one = seen(built, units(None, 5))
    others = [] if case.otherwise is None else [case.otherwise(new_network()).build(in_batches(TRAIN, 20))]
    if built.needs_build:
        others.append(case.make(new_network()).build(in_batches(images(60, seed=5), 16)))
    others.append(case.make(new_network(), layers=["0", "6"]).build(in_batches(TRAIN, 20)))
    for other in others:
        other.update(TEST)
        with pytest.raises(ConfigError, match="cannot be merged"):
            one.merge(other)


@free_of_order
def test_criteria_of_other_kinds_are_not_merged(built):
    other = next(kind for kind in CRITERIA.values() if kind is not type(built))(new_network())
    with pytest.raises(ConfigError, match="expected two of a kind"):
        built.fresh().merge(other)


def test_an_error_is_one_sentence(built):
    for mistake in (lambda: built.fresh().compute(), lambda: built.fresh().update(None)):
        with pytest.raises(FaultlocError) as caught:
            mistake()
        assert "\n" not in str(caught.value)
