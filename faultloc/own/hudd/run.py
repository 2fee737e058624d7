"""What `faultloc hudd` does, step by step; a step whose inputs have not changed is taken up from the last run."""

import hashlib
from dataclasses import asdict, replace
from pathlib import Path

import numpy as np

from faultloc import __version__
from faultloc.errors import DataError
from faultloc.evaluation.known_parameters import KnownParameters
from faultloc.io.answers import save_answers
from faultloc.io.models.encoder import load_encoder
from faultloc.io.models.loaded import LoadedModel
from faultloc.io.root_causes.linked_store import KeptLinks, load_links, save_links
from faultloc.io.stores.known_parameters import load_known_parameters
from faultloc.io.stores.parameters import load_folder_parameters
from faultloc.io.stores.result_folder import claim_folder
from faultloc.io.stores.scratch import scratch_arrays
from faultloc.methods.hudd.errors import Errors, find_errors, require_errors
from faultloc.methods.hudd.settings import HuddSettings
from faultloc.own.brought import Brought, bring, require_test_set
from faultloc.own.class_order_check import settle_class_order
from faultloc.own.hudd.causes import find_causes
from faultloc.own.hudd.found import RootCausesFound
from faultloc.own.hudd.linking import Linked, link_errors
from faultloc.own.hudd.options import HuddOptions
from faultloc.own.hudd.places import ResultPlaces
from faultloc.own.hudd.results import COMMAND, save_found
from faultloc.own.hudd.retraining import KeptRuns, retrain_modes
from faultloc.own.hudd.wording import IN_COMMAND
from faultloc.own.options import DataOptions, ModelOptions
from faultloc.own.output_place import require_apart
from faultloc.own.reworded import reworded
from faultloc.own.stored_samples import Say
from faultloc.probes.predictions import predict
from faultloc.report.hudd.content import Retrained
from faultloc.report.shared.counted import counted
from faultloc.report.shared.progress import count_bar
from faultloc.runtime import worker_count
from faultloc.subject.examination import Examination, Execution
from faultloc.subject.image_encoder import ImageEncoder


def run_hudd(data: DataOptions, given: ModelOptions, options: HuddOptions, places: ResultPlaces, say: Say) -> None:
    """Reads, finds errors and their causes, writes into ``places``, trains on where that is asked for, and says what
    was found.

    Raises:
        DataError: the data cannot be read, there is no test set, or fewer than two errors on it.
        ModelError: the model cannot be read, is no classifier, or has no such layer.
        ConfigError: a setting is out of its range.
        TrainingError: the loss is no longer a number.
    """
    _require_sets(data, needs_improvement=options.retrain is not None)
    require_apart(data, places.root)
    claim_folder(places.root, COMMAND, places.written)
    brought = _with_parameters(bring(data, given, places.kept, say), data)
    known = _known(brought, data, options)
    encoder = _encoder(options.settings)
    errors = _errors(brought, options, places, say)
    found = replace(_found(brought, errors, options, places, say, encoder), known=known)
    say(found.describe())
    record: dict[str, object] = {"command": COMMAND, **brought.record, "preset": options.preset, "seed": options.seed}
    record["hudd"] = asdict(options.settings)

    def save(retrained: Retrained | None) -> None:
        about = {**brought.about, "Preset": options.preset}
        save_found(places, found, files=data.dataset, run=record, about=about, retrained=retrained)

    save(None)
    say(f"Results: {places.page} to look at, {places.tables}/errors.csv and causes.csv for programs,")
    say(f"         {places.images_at(found.layer)}/ the images of each cluster")
    if found.unsafe_set is not None:
        say(f"         {places.unsafe}/ the {counted(len(found.unsafe_set), 'unsafe image')} to label first")
    elif data.improvement_set and brought.splits.improvement is not None:
        say(found.why_no_unsafe_set)
    if options.retrain is not None:
        retrained = _retrained(brought, found, options, places, encoder)
        save(retrained)
        for mode in retrained.modes:
            runs = len(mode.accuracies)
            say(f"{mode.name}: accuracy {np.mean(mode.accuracies):.4f} after {runs} run{'' if runs == 1 else 's'}")
        say(f"Before: {retrained.before:.4f}. {' '.join(retrained.verdicts)}")


def _require_sets(data: DataOptions, *, needs_improvement: bool) -> None:
    """What is missing is said before anything is decoded."""
    require_test_set(data, "whose errors are looked at")
    if needs_improvement and data.dataset.exists() and not (data.dataset / str(data.improvement_set)).is_dir():
        raise DataError(
            f"{data.dataset} has no folder {data.improvement_set}; expected more samples to train on, "
            f"{data.improvement_set}/<class>/*: add them, or leave out --retrain"
        )


def _with_parameters(brought: Brought, data: DataOptions) -> Brought:
    """The same with what `parameters.csv` beside the test set knows of its samples."""
    test = brought.splits.test
    assert test is not None
    known = load_folder_parameters(data.dataset, data.held_out_set, test.sample_ids.tolist())
    return replace(brought, splits=replace(brought.splits, test=replace(test, parameters=known)))


def _encoder(settings: HuddSettings) -> LoadedModel | None:
    """The network that reads the images in the model's stead, where one is named."""
    asked = settings.heatmaps
    if asked.encoder is None:
        return None
    weights = None if asked.encoder_weights is None else Path(asked.encoder_weights)
    return load_encoder(asked.encoder, weights, side=asked.encoder_side)


def _known(brought: Brought, data: DataOptions, options: HuddOptions) -> KnownParameters:
    """What is known of the parameters that the test set has."""
    test = brought.splits.test
    assert test is not None
    return load_known_parameters(data.dataset / data.held_out_set, list(test.parameters), options.usual_parameters)


def _errors(brought: Brought, options: HuddOptions, places: ResultPlaces, say: Say) -> Errors:
    splits, device, size = brought.splits, brought.device, options.batch_size
    assert splits.test is not None
    names = {"train": "trainResult.csv", "test": "testResult.csv", "improvement": "improveResult.csv"}
    errors = None
    for name, part in splits.named().items():
        logits = predict(brought.network, part, device, batch_size=size).outputs
        save_answers(places.root / names[name], part, logits)
        if name == "train":
            settle_class_order(logits, part.labels, part.class_names, places.kept, say, trusted=brought.trusts_classes)
        if name == "test":
            errors = find_errors(logits, part.labels)
    assert errors is not None
    say(f"The model is wrong about {len(errors):,} of {len(splits.test):,} test samples: {places.root}/testResult.csv")
    require_errors(errors, len(splits.test))
    return errors


def _found(
    brought: Brought, errors: Errors, options: HuddOptions, places: ResultPlaces, say: Say, encoder: LoadedModel | None
) -> RootCausesFound:
    splits, device = brought.splits, brought.device
    assert splits.test is not None
    execution = Execution(worker_count(device), allocate=scratch_arrays(places.kept), bar=count_bar)
    examination = Examination(
        brought.network, splits.test, options.seed, device, options.batch_size, execution=execution
    )
    if encoder is not None:
        reader = ImageEncoder(encoder.network, options.settings.heatmaps.encoder_side).to(device)
        examination = replace(examination, encoder=reader)

    def link(examination: Examination, errors: Errors, settings: HuddSettings) -> Linked:
        folder, digest = places.kept / "linked", _digest(brought, settings, encoder)
        kept = load_links(folder, digest)
        if kept is not None:
            say("Model, data and evidence are as in the last run: no tree is grown again.")
            return Linked(kept.errors, kept.evidence, kept.grown, kept.heatmaps)
        linked = link_errors(examination, errors, settings)
        save_links(folder, digest, KeptLinks(errors, linked.evidence, linked.grown, linked.heatmaps))
        return linked

    with reworded(IN_COMMAND):
        return find_causes(examination, errors, options.settings, improvement=splits.improvement, link=link)


def _retrained(
    brought: Brought, found: RootCausesFound, options: HuddOptions, places: ResultPlaces, encoder: LoadedModel | None
) -> Retrained:
    retrain = options.retrain
    assert retrain is not None
    how = replace(retrain, modes=(), runs=1)  # which of them, and how many, changes no other
    key = f"{_digest(brought, options.settings, encoder)} {options.settings.root_causes} {how} {options.seed}"
    kept = KeptRuns(places.models, hashlib.sha256(key.encode()).hexdigest())
    return retrain_modes(
        brought.network,
        brought.splits.train,
        found,
        retrain,
        kept,
        device=brought.device,
        seed=options.seed,
        bar=count_bar,
    )


def _digest(brought: Brought, settings: HuddSettings, encoder: LoadedModel | None) -> str:
    read_by = "" if encoder is None else encoder.digest
    parts = (brought.digest, brought.model.digest, read_by, repr((settings.heatmaps, settings.linkage)), __version__)
    return hashlib.sha256("/".join(parts).encode()).hexdigest()
