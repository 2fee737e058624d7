import math

import numpy as np
import pytest
from scipy.spatial.distance import jensenshannon

from faultloc.errors import ConfigError
from faultloc.peers.ncnv import NcnvSettings, label_divergence, verified_by_two_networks
from faultloc.subject.recipe import TrainingRecipe
from faultloc.subject.seeding import torch_generator
from tests.peers.conftest import FaultyDigits, fresh_lenet

RECIPE = TrainingRecipe("Adam", epochs=1, batch_size=32, optimizer_options={"lr": 0.005})
SETTINGS = NcnvSettings(epochs=5, warm_up=3, neighbours=10, threshold=0.75)


def divergence_on(digits: FaultyDigits, settings: NcnvSettings = SETTINGS, recipe: TrainingRecipe = RECIPE):
    networks = [fresh_lenet(item) for item in (1, 2)]
    generators = [torch_generator(0, "ncnv", str(item)) for item in (1, 2)]
    found = verified_by_two_networks(
        networks, digits.inputs, digits.labels, recipe, settings, generators, layer=None, batch_size=200
    )
    return found, networks


def test_the_divergence_is_the_mean_of_scipys_over_the_neighbours() -> None:
    rng = np.random.default_rng(0)
    points, probabilities = rng.normal(size=(12, 3)), rng.dirichlet(np.ones(4), 12)
    probabilities[3] = [1, 0, 0, 0]
    labels = rng.integers(0, 4, 12)
    expected = []
    for sample, point in enumerate(points):
        cosines = [float(point @ other) / math.hypot(*point) / math.hypot(*other) for other in points]
        nearest = sorted((other for other in range(12) if other != sample), key=lambda other: -cosines[other])[:5]
        expected.append(
            np.mean([jensenshannon(np.eye(4)[labels[sample]], probabilities[other], base=2) ** 2 for other in nearest])
        )
    assert label_divergence(points, probabilities, labels, 5) == pytest.approx(expected)


def test_neighbours_that_are_sure_of_the_label_are_at_0_and_those_that_exclude_it_at_1() -> None:
    sure_of_the_first = np.array([[1.0, 0.0], [1.0, 0.0]])
    assert label_divergence(np.ones((2, 2)), sure_of_the_first, np.array([0, 1]), 1).tolist() == [0, 1]


def test_a_lone_sample_is_not_suspicious() -> None:
    assert label_divergence(np.ones((1, 2)), np.ones((1, 2)) / 2, np.array([0]), 20).tolist() == [0]


def test_wrong_labels_are_the_farthest_from_their_neighbours(digits: FaultyDigits) -> None:
    found, _ = divergence_on(digits)
    assert ((found >= 0) & (found <= 1)).all()
    assert digits.auroc(found) > 0.9


def test_after_the_warm_up_a_network_sees_only_what_the_other_one_vouches_for(
    digits: FaultyDigits, monkeypatch
) -> None:
    shown: list[np.ndarray] = []
    monkeypatch.setattr(
        "faultloc.peers.ncnv.train_network", lambda network, inputs, labels, kept, *rest: shown.append(kept)
    )
    first, second = np.full(600, 0.9), np.full(600, 0.9)
    first[:100], second[50:60] = 0.1, 0.1
    answers = iter([first, second, first])
    monkeypatch.setattr("faultloc.peers.ncnv.label_divergence", lambda *rest: next(answers))
    found, _ = divergence_on(digits, NcnvSettings(epochs=2, warm_up=1, neighbours=10, threshold=0.75))
    assert [len(kept) for kept in shown] == [600, 600, 10, 100]
    assert shown[2].tolist() == list(range(50, 60))
    assert (found == first).all()


def test_where_nobody_is_vouched_for_nothing_is_learned(digits: FaultyDigits) -> None:
    warm, _ = divergence_on(digits, NcnvSettings(epochs=1, warm_up=1, neighbours=10, threshold=1e-9))
    after, _ = divergence_on(digits, NcnvSettings(epochs=3, warm_up=1, neighbours=10, threshold=1e-9))
    assert (warm == after).all()


def test_the_same_generators_give_the_same_divergence(digits: FaultyDigits) -> None:
    settings = NcnvSettings(epochs=2, warm_up=1, neighbours=10, threshold=0.75)
    assert (divergence_on(digits, settings)[0] == divergence_on(digits, settings)[0]).all()


@pytest.mark.parametrize(("name", "wrong"), [("epochs", 0), ("warm_up", 0), ("neighbours", 0), ("threshold", 0)])
def test_settings_out_of_range_are_refused(name: str, wrong: float | int) -> None:
    with pytest.raises(ConfigError, match=f"peers.ncnv.{name} is {wrong}"):
        NcnvSettings(**{"epochs": 2, "warm_up": 1, "neighbours": 10, "threshold": 0.75, name: wrong})
