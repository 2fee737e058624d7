import numpy as np
import pytest
import torch
from torch import nn

from faultloc.errors import DataError
from faultloc.methods.hudd.assignment import assign_images
from faultloc.methods.hudd.bagging import MODES, Bag
from faultloc.methods.hudd.retraining_sets import ImprovementImages, join_sets, plan_runs, steps_of_all
from faultloc.retraining.runs import retrain_runs
from faultloc.retraining.trained_copy import HeldOut
from faultloc.subject.recipe import TrainingRecipe

RECIPE = TrainingRecipe("SGD", epochs=2, batch_size=8, optimizer_options={"lr": 0.1})
RNG = np.random.default_rng(0)
TRAINING, IMPROVEMENT = (torch.from_numpy(RNG.normal(size=(count, 4)).astype(np.float32)) for count in (30, 50))
LABELS = RNG.integers(0, 3, 80)
POOL = join_sets(TRAINING, LABELS[:30], IMPROVEMENT, LABELS[30:])
IDS = np.array([f"image {number}" for number in range(50)])
UNSAFE = assign_images(RNG.random((50, 3)), np.array([6, 3, 1]), IDS)
IMAGES = ImprovementImages(UNSAFE, RNG.random(50), RNG.random(50) < 0.5, IDS)


def planned(modes=tuple(MODES), *, runs: int = 2, seed: int = 0):
    return {(plan.name, plan.run): plan for plan in plan_runs(POOL, IMAGES, modes, runs=runs, seed=seed)}


def test_all_training_samples_are_kept_and_the_bag_stands_beside_them():
    samples = POOL.with_bag(Bag(np.array([4, 4, 49]), np.ones(3), np.array([4, 49])))
    assert samples.kept.tolist() == [*range(30), 34, 34, 79]
    assert samples.weights is None
    assert torch.equal(samples.inputs[34], IMPROVEMENT[4])
    assert samples.labels[34] == LABELS[34]


def test_weights_stand_at_their_images_and_training_samples_count_one():
    samples = POOL.with_bag(Bag(np.array([49, 4]), np.array([0.5, 3.0]), np.array([4, 49])))
    assert samples.weights[[79, 34]].tolist() == [0.5, 3.0]
    assert samples.weights[:30].tolist() == [1.0] * 30


def test_copies_with_weights_are_an_error():
    with pytest.raises(DataError, match="repeats images and weighs them"):
        POOL.with_bag(Bag(np.array([4, 4]), np.array([2.0, 1.0]), np.array([4])))


def test_every_mode_takes_the_steps_of_a_full_bag():
    assert steps_of_all(POOL, UNSAFE, RECIPE) == 2 * 6  # 30 + 3 * 6 samples in batches of 8


def test_another_mode_or_run_changes_no_other():
    alone, among_others = planned(["bl1"], runs=1), planned(runs=3)
    samples, others = alone["bl1", 0].samples, among_others["bl1", 0].samples
    assert samples.kept.tolist() == others.kept.tolist()
    numbers, other_numbers = (plans["bl1", 0].generator.initial_seed() for plans in (alone, among_others))
    assert numbers == other_numbers


def test_both_baselines_draw_the_same_images_and_another_run_others():
    labelled = {}
    list(plan_runs(POOL, IMAGES, ["bl1", "bl2"], runs=2, seed=0, on_bag=lambda *of: labelled.update({of[:2]: of[2]})))
    drawn = {key: bag.labelled.tolist() for key, bag in labelled.items()}
    assert drawn["bl1", 0] == drawn["bl2", 0] != drawn["bl1", 1]


def test_every_run_has_random_numbers_of_its_own():
    seeds = [plan.generator.initial_seed() for seed in (0, 1) for plan in planned(seed=seed).values()]
    assert len(set(seeds)) == len(seeds) == 2 * 2 * len(MODES)


def test_the_whole_retraining_gives_the_same_models_twice():
    torch.manual_seed(0)
    network = nn.Linear(4, 3)
    held_out, steps = HeldOut(IMPROVEMENT, LABELS[30:]), steps_of_all(POOL, UNSAFE, RECIPE)
    first, second = (
        list(retrain_runs(network, planned().values(), RECIPE, held_out, steps=steps, batch_size=16)) for _ in range(2)
    )
    assert [(run.name, run.run, run.measure) for run in first] == [(run.name, run.run, run.measure) for run in second]
    assert all(torch.equal(one.network.weight, other.network.weight) for one, other in zip(first, second, strict=True))
