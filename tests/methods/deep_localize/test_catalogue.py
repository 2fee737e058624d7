"""The catalogue of rules: each has its rank."""

import pytest

from faultloc.methods.deep_localize.catalogue import RULES, data, gradients, loss, model, optimizer
from faultloc.methods.deep_localize.catalogue.order import ORDER

KINDS = {
    data: {"input", "labels", "target"},
    loss: {"output", "loss"},
    model: {"model", "weights", "activation", "forward"},
    gradients: {"gradient"},
    optimizer: {"optimizer"},
}


def test_every_rule_has_one_place_in_the_order_of_causes():
    rows = [rule for kind in KINDS for rule in kind.RULES]
    assert sorted(rows) == sorted(ORDER)
    assert list(RULES) == list(ORDER)


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.__name__.rpartition(".")[2])
def test_a_rule_stands_in_the_file_that_the_word_before_its_dot_names(kind):
    assert {rule.partition(".")[0] for rule in kind.RULES} <= KINDS[kind]
