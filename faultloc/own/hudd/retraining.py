"""What `faultloc hudd --retrain` does: the model trained on with the images of each way of choosing, and compared."""

import io
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import torch
from torch import nn

from faultloc.errors import DataError
from faultloc.evaluation.effect_size import claim_improvement
from faultloc.io.stores.artifacts import load_json, save_json, written_whole
from faultloc.io.stores.subject_store import save_weights
from faultloc.methods.hudd.bagging import Bag, entropies
from faultloc.methods.hudd.retraining_sets import ImprovementImages, RetrainingPool, join_sets, plan_runs, steps_of_all
from faultloc.own.hudd.clustered_errors import ClusteredErrors
from faultloc.own.hudd.options import MODE_NAMES, RetrainOptions
from faultloc.probes.predictions import softmax
from faultloc.report.hudd.content import Retrained, RetrainedMode
from faultloc.retraining.runs import RetrainedRun, RunPlan, retrain_runs
from faultloc.retraining.trained_copy import HeldOut
from faultloc.subject.batches import as_tensor
from faultloc.subject.dataset import LabeledDataset
from faultloc.subject.examination import Bar, Move
from faultloc.subject.recipe import TrainingRecipe
from faultloc.subject.wrapped_network import own_network

# Source: the authors' code of HUDD, for classifiers.
_MOMENTUM, _WEIGHT_DECAY = 0.9, 5e-4
_PREDICTED_AT_ONCE = 256
_OURS, _BASELINES = "hudd", ("bl1", "bl2")
_TITLES = {mode: name for name, mode in MODE_NAMES.items()}


@dataclass
class KeptRuns:
    """The accuracies of the runs that are done, in `runs.json` of ``folder``: an interrupted command goes on there."""

    folder: Path
    digest: str
    accuracies: dict[str, float] = field(default_factory=dict)

    def __post_init__(self) -> None:
        path = self.folder / "runs.json"
        kept = load_json(path) if path.exists() else {"accuracies": {}}
        if kept.get("digest") == self.digest:
            self.accuracies = dict(kept["accuracies"])
            return
        path.unlink(missing_ok=True)
        for key, accuracy in kept["accuracies"].items():  # of other settings: they would lie among the new ones
            mode, _, run = key.partition("/")
            for suffix in ("safetensors", "pth"):
                (self.folder / f"{_stem(mode, int(run), accuracy)}.{suffix}").unlink(missing_ok=True)

    def has(self, mode: str, run: int) -> bool:
        """Whether that run is done."""
        return _key(mode, run) in self.accuracies

    def keep(self, done: RetrainedRun) -> None:
        """Writes the run's weights, as safetensors and as a `state_dict` for `torch.load`, and then its accuracy."""
        network = done.network
        inner = own_network(network)  # as the user's file names them
        stem = _stem(done.name, done.run, done.measure)
        save_weights(self.folder / f"{stem}.safetensors", inner.state_dict())
        buffer = io.BytesIO()
        torch.save({name: tensor.cpu() for name, tensor in inner.state_dict().items()}, buffer)
        with written_whole(self.folder / f"{stem}.pth") as temporary:
            temporary.write_bytes(buffer.getvalue())
        self.accuracies[_key(done.name, done.run)] = done.measure
        save_json(self.folder / "runs.json", {"digest": self.digest, "accuracies": self.accuracies})

    def of(self, mode: str, runs: int) -> list[float]:
        """The accuracies of the first ``runs`` of a mode."""
        return [self.accuracies[_key(mode, run)] for run in range(runs) if self.has(mode, run)]


def retrain_modes(
    network: nn.Module,
    train: LabeledDataset,
    found: ClusteredErrors,
    options: RetrainOptions,
    kept: KeptRuns,
    *,
    device: torch.device,
    seed: int,
    bar: Bar,
) -> Retrained:
    """Trains ``network`` on with the images of each mode, as often as is asked, and says what it gained.

    Raises:
        DataError: there is no unsafe set.
        TrainingError: the loss is no longer a number.
    """
    if found.unsafe_set is None or found.improvement is None:
        raise DataError(f"there is nothing to train on: {found.why_no_unsafe_set.rstrip('.')}; leave out --retrain")
    more, test = found.improvement, found.dataset
    pool = join_sets(
        as_tensor(train.inputs, device), train.labels, as_tensor(more.dataset.inputs, device), more.dataset.labels
    )
    images = ImprovementImages(
        found.unsafe_set,
        entropies(softmax(more.logits)),
        more.logits.argmax(1) != more.dataset.labels,
        more.dataset.sample_ids,
    )
    recipe = TrainingRecipe(
        "SGD",
        options.epochs,
        options.batch_size,
        {"lr": options.learning_rate, "momentum": _MOMENTUM, "weight_decay": _WEIGHT_DECAY},
    )
    steps = steps_of_all(pool, found.unsafe_set, recipe)
    held_out = HeldOut(as_tensor(test.inputs, device), test.labels)
    labelled: dict[str, int] = {}
    failed: list[str] = []
    with bar("retraining", len(options.modes) * options.runs, 0) as advance:
        for mode in options.modes:
            plans = _plans(pool, images, mode, options.runs, seed, kept, labelled, advance)
            try:
                for done in retrain_runs(network, plans, recipe, held_out, steps=steps, batch_size=_PREDICTED_AT_ONCE):
                    kept.keep(done)
                    advance(1)
            except DataError as error:  # of this mode alone
                failed.append(_not_made(mode, len(kept.of(mode, options.runs)), options.runs, error))
    modes = [
        RetrainedMode(_TITLES.get(mode, mode), accuracies, labelled[mode])
        for mode in options.modes
        if (accuracies := kept.of(mode, options.runs))
    ]
    before = 1 - len(found.errors) / len(test)
    return Retrained(before, len(test), modes, [*_verdicts(modes, before, options.runs), *failed])


def _not_made(mode: str, made: int, runs: int, error: DataError) -> str:
    """That a way of choosing could not be tried as often as was asked; a run after one that fails is not begun."""
    title = _TITLES.get(mode, mode)
    why = re.sub(rf"\b{re.escape(mode)}\b", title, str(error))
    if not made:
        return f"{title} could not be tried: {why}."
    return f"{runs - made} of {runs} runs of {title} could not be made, so that it is not compared: {why}."


def _plans(
    pool: RetrainingPool,
    images: ImprovementImages,
    mode: str,
    runs: int,
    seed: int,
    kept: KeptRuns,
    labelled: dict[str, int],
    advance: Move,
) -> Iterator[RunPlan]:
    def count(name: str, run: int, bag: Bag) -> None:
        labelled[name] = len(bag.labelled)

    for plan in plan_runs(pool, images, [mode], runs=runs, seed=seed, on_bag=count):
        if kept.has(plan.name, plan.run):
            advance(1)
        else:
            yield plan


def _verdicts(modes: Sequence[RetrainedMode], before: float, runs: int) -> list[str]:
    # Of one way some runs, of the others all: a difference could be that of the runs.
    by_name: Mapping[str, RetrainedMode] = {mode.name: mode for mode in modes if len(mode.accuracies) == runs}
    said = []
    ours = by_name.get(_TITLES[_OURS])
    baselines = {
        _TITLES[name]: np.array(by_name[_TITLES[name]].accuracies) for name in _BASELINES if _TITLES[name] in by_name
    }
    if ours is None or not baselines:
        said.append("HUDD's choice and a baseline were not both tried as often as asked: which is better is not said.")
    else:
        claim = claim_improvement(ours.name, np.array(ours.accuracies), baselines)
        said.append(f"{claim.sentence}.")
        if not claim.holds:
            said.append("So nothing is shown to be gained by labelling the unsafe images rather than others.")
    if modes and max(float(np.mean(mode.accuracies)) for mode in modes) <= before:
        said.append("No way of choosing raised the accuracy.")
    said.append("All runs begin from this one model: they say nothing of another.")
    return said


def _stem(mode: str, run: int, accuracy: float) -> str:
    """Source: the names of HUDD's own retrained models."""
    return f"{_TITLES.get(mode, mode)}_{run}_{100 * accuracy:.2f}"


def _key(mode: str, run: int) -> str:
    return f"{mode}/{run}"
