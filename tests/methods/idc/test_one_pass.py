import pytest
from torch import nn

from faultloc.errors import ConfigError, DataError
from faultloc.methods.idc.criteria import CRITERIA
from faultloc.methods.idc.one_pass import build_together, update_together
from tests.methods.idc.cases import CASES, TEST, TRAIN, in_batches, new_network


def all_criteria(network: nn.Module) -> list:
    return [CASES[name].make(network) for name in CRITERIA]


def test_together_each_criterion_covers_what_it_covers_alone():
    network = new_network()
    together = all_criteria(network)
    build_together(together, in_batches(TRAIN, 20))
    for batch in in_batches(TEST, 5):
        update_together(together, batch)
    for criterion, alone in zip(together, all_criteria(network), strict=True):
        alone.build(in_batches(TRAIN, 20))
        for batch in in_batches(TEST, 5):
            alone.update(batch)
        assert criterion.compute() == alone.compute()


def test_the_model_sees_each_batch_once():
    network, seen = new_network(), []
    network.register_forward_hook(lambda *_: seen.append(1))
    criteria = all_criteria(network)
    build_together(criteria, in_batches(TRAIN, 20))
    assert len(seen) == 3
    update_together(criteria, TEST)
    assert len(seen) == 4


def test_criteria_that_look_elsewhere_have_a_reading_of_their_own():
    network, seen = new_network(), []
    network.register_forward_hook(lambda *_: seen.append(1))
    criteria = [CRITERIA["nc"](network, point=point) for point in ("before", "after", "before")]
    update_together(criteria, TEST)
    assert len(seen) == 2
    assert criteria[0].compute() == criteria[2].compute() != criteria[1].compute()


def test_training_data_that_no_criterion_needs_are_not_read():
    build_together([CRITERIA["nc"](new_network())], iter(lambda: pytest.fail("read"), None))


def test_no_training_data_are_an_error():
    with pytest.raises(DataError, match="the training data hold no sample"):
        build_together([CRITERIA["nc"](new_network()), CRITERIA["nbc"](new_network())], [])


def test_criteria_are_built_once():
    criteria = [CRITERIA["nbc"](new_network())]
    build_together(criteria, in_batches(TRAIN, 20))
    with pytest.raises(ConfigError, match="make a new one"):
        build_together(criteria, in_batches(TRAIN, 20))
