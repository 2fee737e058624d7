"""Does it pay to label the unsafe images: each way of choosing, with as many labels and as many steps, over the seeds.

    python -m benchmarks.root_causes.retraining [--runs 2] [--epochs 3]

A row a seed and mode: the test accuracy, the mean of its runs. Runs of one seed begin from one network, so the claim is
made from the means of the seeds. Mode, quota and recipe were fixed before the first run.
"""

import argparse
import warnings
from pathlib import Path

import numpy as np
import pandas as pd

from benchmarks.root_causes.__main__ import SEEDS
from benchmarks.root_causes.groupings import GROUPINGS
from benchmarks.root_causes.subjects import BATCH_SIZE, CPU, Case, load_case
from faultloc.evaluation.effect_size import claim_improvement
from faultloc.methods.hudd.bagging import Bag, entropies
from faultloc.methods.hudd.cutting import cut_into_causes
from faultloc.methods.hudd.evidence.comparing import comparable_evidence
from faultloc.methods.hudd.evidence.reading import read_evidence
from faultloc.methods.hudd.growing import grow
from faultloc.methods.hudd.retraining_sets import ImprovementImages, join_sets, plan_runs, steps_of_all
from faultloc.methods.hudd.settings import PRESETS, UnsafeSettings
from faultloc.methods.hudd.unsafe import find_unsafe_images
from faultloc.probes.predictions import predict, softmax
from faultloc.retraining.runs import retrain_runs
from faultloc.retraining.trained_copy import HeldOut
from faultloc.subject.batches import as_tensor
from faultloc.subject.recipe import TrainingRecipe

MODES = ("hudd", "hudd_by_size", "bl1", "bl2", "entropy")
BASELINES = ("bl1", "bl2")
PRESET = "default"


def main() -> None:
    """Prints the accuracies and what may be claimed."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--kept", type=Path, default=Path("data/benchmarks/root_causes"))
    parser.add_argument("--runs", type=int, default=2)
    parser.add_argument("--epochs", type=int, default=3)
    arguments = parser.parse_args()
    assert PRESET in GROUPINGS
    options = {"lr": 0.005, "momentum": 0.9, "weight_decay": 5e-4}
    recipe = TrainingRecipe("SGD", arguments.epochs, 128, options)
    rows = [row for seed in SEEDS["test"] for row in _of_seed(load_case(seed, arguments.kept), recipe, arguments.runs)]
    table = pd.DataFrame(rows)
    means = table.pivot(index="seed", columns="mode", values="accuracy")[["none", *MODES]]
    print(means.round(4).to_string())
    print(means.mean().round(4).to_string())
    for mode in MODES:
        if mode not in BASELINES:
            baselines = {name: means[name].to_numpy() for name in BASELINES}
            print(claim_improvement(mode, means[mode].to_numpy(), baselines).sentence)


def _of_seed(case: Case, recipe: TrainingRecipe, runs: int) -> list[dict[str, object]]:
    settings, examination, improvement = PRESETS[PRESET], case.examination, case.splits.improvement
    assert improvement is not None
    evidence = read_evidence(examination, case.errors, settings.heatmaps)
    grown = {name: grow(values, settings.linkage) for name, values in evidence.by_layer.items()}
    causes = cut_into_causes(evidence, grown, settings.linkage, settings.root_causes)
    more = as_tensor(improvement.inputs, CPU)
    of_images, of_errors = comparable_evidence(examination, case.errors, more, settings.heatmaps, causes.layer)
    error_share = len(case.errors) / len(examination.dataset)
    unsafe = find_unsafe_images(
        of_images,
        of_errors,
        causes.cluster,
        improvement.sample_ids,
        UnsafeSettings(),
        form=settings.linkage.form,
        error_share=error_share,
    )
    logits = predict(case.network, improvement, CPU, batch_size=BATCH_SIZE).outputs
    is_wrong = logits.argmax(1) != improvement.labels
    images = ImprovementImages(unsafe, entropies(softmax(logits)), is_wrong, improvement.sample_ids)
    train, test = case.splits.train, examination.dataset
    pool = join_sets(as_tensor(train.inputs, CPU), train.labels, more, improvement.labels)
    failing: dict[str, float] = {}

    def note(mode: str, run: int, bag: Bag) -> None:
        failing[mode] = float(is_wrong[bag.labelled].mean())

    plans = plan_runs(pool, images, MODES, runs=runs, seed=case.seed, on_bag=note)
    held_out = HeldOut(as_tensor(test.inputs, CPU), test.labels)
    steps = steps_of_all(pool, unsafe, recipe)
    accuracies: dict[str, list[float]] = {}
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        for done in retrain_runs(case.network, plans, recipe, held_out, steps=steps, batch_size=BATCH_SIZE):
            accuracies.setdefault(done.name, []).append(done.measure)
    print(f"seed {case.seed}: {len(unsafe)} labels, {steps} steps; failing among those labelled: ", end="")
    print(", ".join(f"{mode} {share:.2f}" for mode, share in failing.items()), flush=True)
    found = {"none": 1 - error_share} | {mode: float(np.mean(values)) for mode, values in accuracies.items()}
    return [{"seed": case.seed, "mode": mode, "accuracy": accuracy} for mode, accuracy in found.items()]


if __name__ == "__main__":
    main()
