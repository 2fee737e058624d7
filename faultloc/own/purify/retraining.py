"""What `faultloc purify --retrain` does: the examined model is read again, trained on, judged and stored."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import torch
from torch import nn

from faultloc.errors import DataError, ModelError
from faultloc.io.examined import examined_model
from faultloc.io.ranked_data import RankedData
from faultloc.io.stores.artifacts import save_json
from faultloc.io.stores.dataset_store import load_test, load_vocabulary
from faultloc.io.stores.subject_store import save_weights
from faultloc.own.classifier import as_classifier, some_of
from faultloc.own.device import steady_device
from faultloc.own.model import read_own_model
from faultloc.own.purify.options import Retraining
from faultloc.own.record import options_again
from faultloc.purify.changes import Change, apply_changes
from faultloc.purify.retraining import retrain
from faultloc.report.shared.progress import epoch_bar
from faultloc.retraining.trained_copy import HeldOut
from faultloc.settings_check import check_number
from faultloc.subject.batches import as_tensor
from faultloc.subject.recipe import TrainingRecipe
from faultloc.subject.seeding import torch_generator
from faultloc.subject.wrapped_network import own_network

# Source: the authors' retraining experiment.
_BATCH_SIZE = 64
# Of the predictions; no result depends on it.
_PREDICTED_AT_ONCE = 512


@dataclass(frozen=True)
class Trainee:
    """The model to train on, on the CPU, and how."""

    network: nn.Module
    recipe: TrainingRecipe


def load_trainee(results: RankedData, retraining: Retraining) -> Trainee:
    """The model that ``results`` are about, read again as `run.json` says, with its own optimizer where that is known.

    Raises:
        DataError: the record does not name a model, or another class than ``retraining`` does.
        ModelError: the model cannot be read, is another one by now, or does not fit the data.
        ConfigError: the learning rate is not above 0.
    """
    dataset, examined = results.dataset, examined_model(results.run, results.folder)
    if examined.arch != retraining.arch:
        expected = f"--arch {examined.arch}, if that is code of yours" if examined.arch else "no --arch"
        was, now = (f"with --arch {arch}" if arch else "without --arch" for arch in (examined.arch, retraining.arch))
        raise DataError(
            f"{results.folder / 'run.json'} says that the model was read {was}, and this call is {now}; expected the "
            f"same: give {expected}"
        )
    subject = read_own_model(
        options_again(examined, arch=retraining.arch, trust=retraining.trust_checkpoint),
        num_classes=len(dataset.class_names),
        example=dataset.inputs[:1],
        vocabulary_size=len(load_vocabulary(results.folder / "dataset")),
    )
    if examined.digest and subject.loaded.digest != examined.digest:
        raise ModelError(
            f"{examined.model} has changed since it was examined; expected the same file: run `faultloc dfaulo` again"
        )
    examples = as_tensor(some_of(dataset.inputs), torch.device("cpu"))
    network = as_classifier(subject.network, examples, len(dataset.class_names)).network
    epochs, rate = retraining.epochs, retraining.learning_rate
    recipe = subject.recipe(epochs=epochs, batch_size=_BATCH_SIZE)
    fine_tuning = recipe.for_fine_tuning(learning_rate=rate, epochs=epochs, batch_size=_BATCH_SIZE)
    return Trainee(network, fine_tuning)


def retrain_examined(results: RankedData, trainee: Trainee, changes: Sequence[Change], target: Path) -> str:
    """What the retraining did, in words; `model.safetensors` and `retraining.json` are in the folder ``target`` then.

    Raises:
        TrainingError: the loss is no longer a number.
    """
    seed = results.run.get("seed", 0)
    check_number("seed in run.json", seed, at_least=0, whole=True)
    device = steady_device("auto", "the device")
    recipe, dataset, test = trainee.recipe, results.dataset, load_test(results.folder / "dataset")
    trainings = 1 if test is None else 2
    with epoch_bar("retraining", trainings * recipe.epochs) as on_epoch:
        retrained = retrain(
            trainee.network.to(device),
            as_tensor(dataset.inputs, device),
            dataset.labels,
            apply_changes(dataset, changes),
            recipe,
            torch_generator(int(str(seed)), "purify", "epochs"),
            held_out=None if test is None else HeldOut(as_tensor(test.inputs, device), test.labels),
            batch_size=_PREDICTED_AT_ONCE,
            on_epoch=on_epoch,
        )
    network = retrained.network
    inner = own_network(network)  # as the user's own file names them
    save_weights(target / "model.safetensors", inner.state_dict())
    facts: dict[str, object] = {
        "epochs": recipe.epochs,
        "optimizer": recipe.optimizer,
        "learning_rate": recipe.optimizer_options["lr"],
        "batch_size": recipe.batch_size,
        "steps": retrained.steps,
        "test_samples": 0 if test is None else len(test),
    }
    accuracy = retrained.accuracy
    if accuracy is None or test is None:
        save_json(target / "retraining.json", facts)
        return f"trained on for {recipe.epochs} epochs; there is no test set, so its accuracy cannot be given"
    figures = {"before": accuracy.before, "cleaned": accuracy.cleaned, "uncleaned": accuracy.uncleaned}
    facts |= {f"test_accuracy_{name}": round(value, 6) for name, value in figures.items()}
    save_json(target / "retraining.json", facts)
    return (
        f"trained on for {recipe.epochs} epochs; accuracy on {len(test)} test samples {accuracy.before:.4f} before, "
        f"{accuracy.cleaned:.4f} with the cleaned set, {accuracy.uncleaned:.4f} after as many steps with the uncleaned"
    )
