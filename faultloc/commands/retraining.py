"""What `faultloc purify --retrain` does: the examined model is read again, trained on, judged and stored."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import torch
from torch import nn
from tqdm import tqdm

from faultloc.errors import DataError, ModelError
from faultloc.io.artifacts import save_json
from faultloc.io.dataset_store import load_test
from faultloc.io.results_store import Results
from faultloc.io.subject_store import save_weights
from faultloc.purify.changes import Change, apply_changes
from faultloc.purify.retraining import HeldOut, retrain
from faultloc.settings_check import check_number
from faultloc.subject.architecture import check_outputs
from faultloc.subject.batches import as_tensor
from faultloc.subject.recipe import TrainingRecipe
from faultloc.subject.seeding import torch_generator

# Source: the authors' retraining experiment.
_BATCH_SIZE = 64
# Of the predictions; no result depends on it.
_PREDICTED_AT_ONCE = 512


@dataclass(frozen=True)
class Trainee:
    """The model to train on, on the CPU, and how."""

    network: nn.Module
    recipe: TrainingRecipe


def load_trainee(results: Results, *, epochs: int, learning_rate: float | int, trust: bool) -> Trainee:
    """The model that ``results`` are about, read again as `run.json` says, with its own optimizer where that is known.

    Whether its file may run code is ``trust``'s to say and never read from a file: results may come from somebody else.

    Raises:
        DataError: the record does not name a model.
        ModelError: the model cannot be read, is another one by now, or does not fit the data.
        ConfigError: the learning rate is not above 0.
    """
    record, dataset = results.run.get("model"), results.dataset
    named = record if isinstance(record, Mapping) else {}
    model, arch, weights = (named.get(key) for key in ("model", "arch", "weights"))
    if not isinstance(model, str):
        raise DataError(
            f"{results.folder / 'run.json'} does not say which model was examined (model: {record!r}); expected its "
            "file or its name: run `faultloc dfaulo` again"
        )
    from faultloc.io.models import load_model  # type: ignore[attr-defined,unused-ignore]

    loaded = load_model(
        model,
        arch=str(arch) if arch else None,
        trust=trust,
        num_classes=len(dataset.class_names),
        input_shape=dataset.inputs.shape[1:],
        weights=Path(str(weights)) if weights else None,
    )
    if named.get("digest", loaded.digest) != loaded.digest:
        raise ModelError(
            f"{model} has changed since it was examined; expected the same file: run `faultloc dfaulo` again"
        )
    check_outputs(loaded.network, as_tensor(dataset.inputs[:2], torch.device("cpu")), len(dataset.class_names))
    recipe = TrainingRecipe("SGD", epochs, _BATCH_SIZE, {"momentum": 0.9})
    if loaded.training.optimizer is not None:
        recipe = replace(
            recipe, optimizer=loaded.training.optimizer, optimizer_options=loaded.training.optimizer_options
        )
    fine_tuning = recipe.for_fine_tuning(learning_rate=learning_rate, epochs=epochs, batch_size=_BATCH_SIZE)
    return Trainee(loaded.network, fine_tuning)


def retrain_examined(results: Results, trainee: Trainee, changes: Sequence[Change], target: Path) -> str:
    """What the retraining did, in words; `model.safetensors` and `retraining.json` are in the folder ``target`` then.

    Raises:
        TrainingError: the loss is no longer a number.
    """
    seed = results.run.get("seed", 0)
    check_number("seed in run.json", seed, at_least=0, whole=True)
    device = torch.device("cuda" if torch.cuda.is_available() else "cpu")
    recipe, dataset, test = trainee.recipe, results.dataset, load_test(results.folder / "dataset")
    with tqdm(desc="retraining", unit="epoch", leave=False, disable=None, dynamic_ncols=True) as bar:
        retrained = retrain(
            trainee.network.to(device),
            as_tensor(dataset.inputs, device),
            dataset.labels,
            apply_changes(dataset, changes),
            recipe,
            torch_generator(int(str(seed)), "purify", "epochs"),
            held_out=None if test is None else HeldOut(as_tensor(test.inputs, device), test.labels),
            batch_size=_PREDICTED_AT_ONCE,
            on_epoch=lambda _: bar.update(),
        )
    save_weights(target / "model.safetensors", retrained.network.state_dict())
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
