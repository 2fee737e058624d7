import numpy as np
import pytest

from faultloc.errors import ConfigError, DataError
from faultloc.methods.hudd.assignment import UnsafeSet, assign_images
from faultloc.methods.hudd.bagging import MODES, Bag, LabellingRound, draw_images, entropies, fill_bag
from faultloc.methods.hudd.streams import drawn_images, resampled_images
from tests.methods.hudd.retraining_references import reference_chances, reference_counts, reference_entropy

QUOTAS = np.array([12, 0, 4, 1])
IMAGES = 60


def labelling_round(order=None, *, wrong: float = 0.5) -> LabellingRound:
    """17 of 60 images in clusters of 12, 4 and 1; the images come in ``order``."""
    rng = np.random.default_rng(0)
    distances, uncertainty = rng.random((IMAGES, 4)), rng.integers(0, 9, IMAGES) / 8
    is_wrong, ids = rng.random(IMAGES) < wrong, np.array([f"image {number}" for number in range(IMAGES)])
    order = np.arange(IMAGES) if order is None else order
    ids = ids[order]
    return LabellingRound(
        unsafe=assign_images(distances[order], QUOTAS, ids),
        drawn=draw_images(ids, 17, drawn_images(0, 0)),
        uncertainty=uncertainty[order],
        is_wrong=is_wrong[order],
        sample_ids=ids,
    )


ROUND = labelling_round()


def bag_of(mode: str, labelling: LabellingRound = ROUND, *, run: int = 0) -> Bag:
    return fill_bag(mode, labelling, resampled_images(0, mode, run))


@pytest.mark.parametrize("mode", MODES)
def test_every_mode_has_the_same_number_of_labels_and_counts_the_same(mode):
    bag = bag_of(mode)
    assert len(set(bag.labelled.tolist())) == len(bag.labelled) == 17
    assert bag.weights.sum() == pytest.approx(ROUND.bag_size) == 3 * 12
    assert set(bag.images.tolist()) <= set(bag.labelled.tolist())


@pytest.mark.parametrize("mode", MODES)
def test_the_order_of_the_images_changes_no_bag(mode):
    order = np.random.default_rng(5).permutation(IMAGES)
    other = labelling_round(order)
    assert ROUND.sample_ids[bag_of(mode).images].tolist() == other.sample_ids[bag_of(mode, other).images].tolist()


@pytest.mark.parametrize("mode", MODES)
def test_the_same_run_gives_the_same_bag_and_another_run_one_as_large(mode):
    first, again, other = bag_of(mode), bag_of(mode), bag_of(mode, run=1)
    assert first.images.tolist() == again.images.tolist()
    assert first.weights.tolist() == again.weights.tolist()
    assert len(other.images) == len(first.images)


@pytest.mark.parametrize("mode", sorted(set(MODES) - {"hudd_weighted"}))
def test_copies_are_drawn_anew_in_another_run(mode):
    assert bag_of(mode).images.tolist() != bag_of(mode, run=1).images.tolist()


def test_hudd_brings_every_cluster_to_the_size_of_the_largest():
    cluster_of = dict(zip(ROUND.unsafe.images.tolist(), ROUND.unsafe.clusters.tolist(), strict=True))
    bag = bag_of("hudd")
    assert reference_counts([cluster_of[image] for image in bag.images.tolist()]) == {0: 12, 2: 12, 3: 12}
    assert set(bag.images.tolist()) == set(ROUND.unsafe.images.tolist())


def test_hudd_copies_what_is_near_its_cluster_rather_than_what_is_far():
    distances = np.array([1.0, 2.0, 3.0, 14.0])
    unsafe = UnsafeSet(
        np.arange(2004), np.repeat([0, 1], [4, 2000]), np.r_[distances, np.ones(2000)], np.zeros(2004, int)
    )
    ids = np.array([f"{number:04}" for number in range(2004)])
    labelling = LabellingRound(unsafe, np.arange(2004), np.zeros(2004), np.ones(2004, bool), ids)
    bag = bag_of("hudd", labelling)
    copies = np.bincount(bag.images[bag.images < 4]) - 1
    expected = [float(chance) * 1996 for chance in reference_chances(distances.tolist())]
    np.testing.assert_allclose(copies, expected, atol=4 * np.sqrt(1996 * 0.25))


def test_images_at_no_distance_are_copied_alike():
    unsafe = UnsafeSet(np.arange(5), np.array([0, 0, 1, 1, 1]), np.zeros(5), np.zeros(5, int))
    labelling = LabellingRound(unsafe, np.arange(5), np.zeros(5), np.ones(5, bool), np.array(list("abcde")))
    assert len(bag_of("hudd", labelling).images) == 6


def test_by_size_a_lone_image_is_copied_as_any_other():
    bags = [bag_of("hudd_by_size", run=run).images for run in range(200)]
    lone = ROUND.unsafe.images[ROUND.unsafe.clusters == 3][0]
    mean = np.mean([np.count_nonzero(bag == lone) for bag in bags])
    # 36 places for 17 images: one each, and 19 copies; the standard error of the mean is 0.07.
    assert mean == pytest.approx(36 / 17, abs=0.3)


def test_weights_in_place_of_copies_are_how_often_hudd_has_the_images_on_average():
    bag = bag_of("hudd_weighted")
    assert sorted(bag.images.tolist()) == ROUND.unsafe.images.tolist()
    cluster_of = dict(zip(ROUND.unsafe.images.tolist(), ROUND.unsafe.clusters.tolist(), strict=True))
    expected = {0: 1.0, 2: 3.0, 3: 12.0}
    assert bag.weights.tolist() == [expected[cluster_of[image]] for image in bag.images.tolist()]


def test_both_baselines_have_the_same_draw_labelled_and_the_first_keeps_the_errors():
    first, second = bag_of("bl1"), bag_of("bl2")
    assert first.labelled.tolist() == second.labelled.tolist() == ROUND.drawn.tolist()
    assert set(first.images.tolist()) == set(ROUND.drawn[ROUND.is_wrong[ROUND.drawn]].tolist())
    assert set(second.images.tolist()) == set(ROUND.drawn.tolist())


def test_hudds_errors_are_the_misclassified_of_its_own_images():
    unsafe = ROUND.unsafe.images
    assert set(bag_of("hudd_failing").images.tolist()) == set(unsafe[ROUND.is_wrong[unsafe]].tolist())


def test_entropy_takes_those_of_which_the_model_is_least_sure():
    left_out = np.setdiff1d(np.arange(IMAGES), bag_of("entropy").labelled)
    assert ROUND.uncertainty[bag_of("entropy").labelled].min() >= ROUND.uncertainty[left_out].max()


@pytest.mark.parametrize("mode", sorted(set(MODES) - {"bl1", "hudd_failing"}))
def test_whether_the_model_is_right_has_no_say_elsewhere(mode):
    assert bag_of(mode).images.tolist() == bag_of(mode, labelling_round(wrong=0)).images.tolist()


@pytest.mark.parametrize(("mode", "what"), [("bl1", "17 randomly drawn"), ("hudd_failing", "17 unsafe")])
def test_a_draw_without_a_misclassified_image_is_an_error(mode, what):
    with pytest.raises(DataError, match=f"right about all {what} improvement images.*leave this mode out"):
        bag_of(mode, labelling_round(wrong=0))


def test_a_random_draw_of_another_size_is_an_error():
    with pytest.raises(DataError, match="17 images are to be labelled for HUDD and 16 drawn"):
        LabellingRound(ROUND.unsafe, ROUND.drawn[1:], ROUND.uncertainty, ROUND.is_wrong, ROUND.sample_ids)


def test_an_unknown_mode_is_named_with_those_there_are():
    with pytest.raises(ConfigError, match="no mode 'bl3' of retraining; expected one of: hudd, "):
        bag_of("bl3")


@pytest.mark.parametrize("count", [0, 16])
def test_fewer_images_than_the_budget_cannot_be_drawn(count):
    with pytest.raises(DataError, match="no improvement images|17 improvement images .* there are 16"):
        draw_images(ROUND.sample_ids[:count], 17, drawn_images(0, 0))


def test_the_entropy_is_shannons_also_where_the_model_is_sure():
    rows = np.array([[0.5, 0.25, 0.25], [1.0, 0.0, 0.0], [0.1, 0.2, 0.7]], np.float32)
    np.testing.assert_allclose(entropies(rows), [reference_entropy(row) for row in rows], rtol=1e-12)
