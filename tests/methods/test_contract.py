"""What holds for every method that localizes, whatever it looks at."""

from pathlib import Path

import numpy as np
import pytest
import torch

from faultloc.evaluation.ranking import assess_ranking
from faultloc.evaluation.tables import scored_ranking
from faultloc.io.stores.localization_store import load_localization, save_localization
from faultloc.localization import Localization
from tests.methods.localizers import LOCALIZERS, new_network

METHODS = Path(__file__).resolve().parents[2] / "faultloc/methods"
# They answer with another type.
NO_LOCALIZERS = {"idc"}


@pytest.fixture(scope="module", params=sorted(LOCALIZERS))
def name(request) -> str:
    return request.param


@pytest.fixture(scope="module")
def found(name) -> Localization:
    return LOCALIZERS[name].localize(new_network(), 0)


def test_every_method_is_named():
    folders = {path.parent.name for path in METHODS.glob("*/__init__.py")}
    assert folders - NO_LOCALIZERS == {named.split("/")[0] for named in LOCALIZERS}


def test_the_suspiciousness_is_a_number_from_0_to_1(found):
    assert ((found.suspiciousness >= 0) & (found.suspiciousness <= 1)).all()


def test_every_element_stands_there_once_by_its_id(name, found):
    localizer, ids = LOCALIZERS[name], found.element_ids.tolist()
    expected = localizer.elements(new_network())
    assert found.kind == localizer.kind
    assert len(ids) == len(set(ids))
    assert (set(ids) == expected) if localizer.only else (set(ids) >= expected)


def test_the_list_falls_with_the_suspiciousness_and_holds_everything(found):
    order = found.order(np.random.default_rng(0))
    assert sorted(order.tolist()) == list(range(len(found)))
    # As far as the numbers go: a sort key tells elements apart that are equally suspicious.
    assert (np.diff(found.suspiciousness[order]) <= 1e-6).all()


def test_there_is_a_sentence_for_people(found):
    assert found.summary and "\n" not in found.summary


def test_the_same_seed_gives_the_same_answer_whatever_was_drawn_before(name, found):
    torch.manual_seed(123)
    np.random.default_rng(5).random(7)
    again = LOCALIZERS[name].localize(new_network(), 0)
    assert np.array_equal(again.suspiciousness, found.suspiciousness)
    assert again.ranked(again.order()).equals(found.ranked(found.order()))


def test_the_model_is_left_as_it_was(name):
    network = new_network()
    before = {key: tensor.clone() for key, tensor in network.state_dict().items()}
    LOCALIZERS[name].localize(network, 0)
    after = network.state_dict()
    assert list(after) == list(before)
    assert all(torch.equal(after[key], before[key]) for key in before)
    assert not any(module.training for module in network.modules())
    assert all(parameter.requires_grad for parameter in network.parameters())


def test_no_hook_is_left_on_the_model(name):
    network = new_network()
    LOCALIZERS[name].localize(network, 0)
    for module in network.modules():
        left = {key for key, value in vars(module).items() if key.endswith("_hooks") and value}
        assert not left, f"{type(module).__name__} has {left}"
    assert not any(parameter._backward_hooks for parameter in network.parameters())


def test_it_is_stored_and_read_again(found, tmp_path):
    save_localization(tmp_path / "found.csv", found, found.order())
    loaded = load_localization(tmp_path / "found.csv")
    order = found.order()
    assert loaded.kind == found.kind
    assert loaded.element_ids.tolist() == found.element_ids[order].tolist()
    np.testing.assert_allclose(loaded.suspiciousness, found.suspiciousness[order], rtol=1e-7)
    assert (list(loaded.about), list(loaded.evidence)) == (list(found.about), list(found.evidence))


def test_it_is_evaluated_by_code_that_knows_no_method(found, tmp_path):
    order = found.order()
    save_localization(tmp_path / "found.csv", found, order)
    is_fault = np.zeros(len(found), dtype=bool)
    is_fault[order[0]] = True
    ranking = scored_ranking(load_localization(tmp_path / "found.csv"), found.element_ids)
    assert assess_ranking(ranking, is_fault, [1.0])["exam_first"] == pytest.approx(1 / len(found), abs=1e-6)
