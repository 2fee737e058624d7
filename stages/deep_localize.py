"""Trains the subject again under the monitor of DeepLocalize, a fault of training planted where one is asked for."""

from omegaconf import DictConfig

from stages.shared import places
from stages.shared.entry import as_dict, stage


@stage("deep_localize")
def main(params: DictConfig) -> str:
    import numpy as np

    from faultloc.errors import TrainingError
    from faultloc.faults.training.plant import plant_training_fault
    from faultloc.faults.training.settings import TrainingFaultSettings
    from faultloc.faults.training.setup import TrainingSetup
    from faultloc.io.stores.artifacts import save_json
    from faultloc.io.stores.dataset_store import load_split, load_vocabulary
    from faultloc.io.stores.localization_store import save_localization
    from faultloc.methods.deep_localize.watched_run import WatchedRun
    from faultloc.report.deep_localize.diagnosis import save_diagnosis
    from faultloc.settings_check import check_number
    from faultloc.subject.architecture import Architecture, check_outputs
    from faultloc.subject.batches import as_tensor
    from faultloc.subject.recipe import TrainingRecipe
    from faultloc.subject.seeding import numpy_generator, torch_generator
    from faultloc.subject.task import task_of
    from faultloc.subject.training import train_network
    from stages.shared.torch_runtime import start_torch
    from stages.watched_training import WatchedTraining, in_words

    device, settings = start_torch(params.runtime), params.deep_localize
    check_number("deep_localize.steps", settings.steps, at_least=1, whole=True)
    watching = WatchedTraining(
        "deep_localize", every=settings.every, on_error=settings.on_error, on_errors=("warn", "stop", "raise")
    )
    fault = TrainingFaultSettings(**as_dict(settings.fault))
    train = load_split(places.TRAIN_SET)
    task = task_of(train.given)
    recipe = TrainingRecipe.from_settings(as_dict(params.train))
    architecture = Architecture.from_settings(as_dict(params.model)).fitted_to(
        input_shape=train.inputs.shape[1:],
        num_classes=task.outputs_needed(train),
        vocabulary_size=len(load_vocabulary(places.DATASET)),
    )
    # The streams of stage train: the same weights, the same batches.
    network = architecture.build(torch_generator(params.seed, "train", "weights"))
    inputs = as_tensor(train.inputs, device)
    check_outputs(network, inputs[:2].cpu(), task.outputs_needed(train), task)
    sound = TrainingSetup(network, inputs, train.given, recipe, task.batch_loss)
    faulty = plant_training_fault(sound, fault, numpy_generator(params.seed, "deep_localize", "fault"))
    setup, ended = faulty.setup, ""
    try:
        train_network(
            setup.network.to(device),
            setup.inputs,
            setup.given,
            np.arange(len(train)),
            setup.recipe,
            torch_generator(params.seed, "train", "epochs"),
            most_steps=settings.steps,
            batch_loss=setup.batch_loss,
            watched=watching.watch,
        )
    except TrainingError as error:
        # A training that ends early is what the monitor is for.
        ended = str(error)

    diagnosis, name = watching.diagnosis, architecture.target.rpartition(".")[2]
    assert diagnosis is not None
    cause = diagnosis.cause
    metrics = {
        "steps": diagnosis.steps,
        "errors": sum(finding.severity == "error" for finding in diagnosis.findings),
        "warnings": sum(finding.severity == "warning" for finding in diagnosis.findings),
        "cause": "" if cause is None else cause.rule,
        "place": "" if cause is None else cause.place,
        "phase": "" if cause is None else cause.phase,
        "fault": fault.kind,
    }
    said = f"{name}, {in_words(diagnosis)}"
    if fault.kind != "none":
        is_localised = cause is not None and faulty.is_at(cause.place, cause.phase)
        metrics |= {"detected": cause is not None, "localised": is_localised}
        verdict = "localised" if is_localised else "missed" if cause is None else "detected, placed elsewhere"
        said = f"{fault.kind} planted and {verdict}; {said}"
    located = diagnosis.localization()
    save_localization(places.DEEP_LOCALIZE / "localization.csv", located, located.order())
    save_diagnosis(places.DEEP_LOCALIZE, [WatchedRun(name, diagnosis, watching.history)])
    save_json(places.DEEP_LOCALIZE / "metrics.json", metrics)
    if settings.on_error == "raise" and metrics["errors"]:
        raise TrainingError(f"{ended or said} (deep_localize.on_error=raise); results/deep_localize has the diagnosis")
    return said


if __name__ == "__main__":
    main()
