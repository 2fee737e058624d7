"""Trains the subject on the given labels; keeps its weights together with what is needed to train mutants of it."""

from omegaconf import DictConfig

from stages.shared import places
from stages.shared.entry import as_dict, stage


@stage("train", shared_by_ranks=True)
def main(params: DictConfig) -> str:
    import numpy as np
    import pandas as pd

    from faultloc.errors import TrainingError
    from faultloc.io.stores.artifacts import save_array, save_json
    from faultloc.io.stores.dataset_store import load_splits, load_vocabulary
    from faultloc.io.stores.subject_store import save_subject
    from faultloc.io.stores.tables import save_table
    from faultloc.probes.predictions import predict
    from faultloc.report.shared.progress import epoch_bar
    from faultloc.subject.architecture import Architecture, check_outputs
    from faultloc.subject.batches import as_tensor
    from faultloc.subject.margin_record import MarginRecord
    from faultloc.subject.recipe import TrainingRecipe
    from faultloc.subject.seeding import torch_generator
    from faultloc.subject.subject import Subject
    from faultloc.subject.task import task_of
    from faultloc.subject.training import train_network
    from stages.shared.rank_group import joined_ranks
    from stages.shared.torch_runtime import start_torch
    from stages.watched_training import WatchedTraining, in_words

    device = start_torch(params.runtime)
    watching = WatchedTraining("monitor", **as_dict(params.monitor), on_errors=("warn", "raise"))
    splits = load_splits(places.DATASET)
    train = splits["train"]
    task = task_of(train.given)
    recipe = TrainingRecipe.from_settings(as_dict(params.train))
    architecture = Architecture.from_settings(as_dict(params.model)).fitted_to(
        input_shape=train.inputs.shape[1:],
        num_classes=task.outputs_needed(train),
        vocabulary_size=len(load_vocabulary(places.DATASET)),
    )
    network = architecture.build(torch_generator(params.seed, "train", "weights"))
    inputs = as_tensor(train.inputs, device)
    check_outputs(network, inputs[:2].cpu(), task.outputs_needed(train), task)
    generator = torch_generator(params.seed, "train", "epochs")
    diagnosis = places.TRAIN_RESULTS / "diagnosis.json"
    margins = MarginRecord(len(train), device)
    try:
        with joined_ranks(device) as ranks, epoch_bar("train", recipe.epochs, shown=ranks.is_first) as on_epoch:
            records = train_network(
                network.to(device),
                inputs,
                train.given,
                np.arange(len(train)),
                recipe,
                generator,
                ranks=ranks,
                watched=watching.watch,
                on_epoch=on_epoch,
                on_batch=margins.observe if task.has_classes else lambda samples, outputs, targets: None,
            )
            margin = margins.means(ranks)
    except TrainingError:
        # That is when a diagnosis is read.
        if watching.diagnosis is not None:
            save_json(diagnosis, watching.as_data())
        raise
    if not ranks.is_first:
        return "the first rank has the same weights and writes them"
    save_subject(places.SUBJECT, Subject(network, architecture, recipe))
    save_array(places.TRAINING / "margin.npy", margin)
    save_json(diagnosis, watching.as_data())
    save_table(places.TRAIN_RESULTS / "curve.csv", pd.DataFrame(records).dropna(axis=1, how="all"))
    said = {
        name: predict(network, part, device, batch_size=params.runtime.batch_size)
        for name, part in splits.items()
        if name != "improvement"
    }
    reached = {f"{name}_{task.measure_name}": of_split.measure for name, of_split in said.items()}
    save_json(places.TRAIN_RESULTS / "metrics.json", {name: round(value, 6) for name, value in reached.items()})
    # A model that has learned nothing gives a list of nothing.
    warning = "" if task.has_learned(said["train"].outputs, train.given) else f": {task.not_learned}"
    figures = ", ".join(f"{name.replace('_', ' ')} {value:.4f}" for name, value in reached.items())
    seen = "" if watching.diagnosis is None else f"; {in_words(watching.diagnosis)}"
    name = architecture.target.rpartition(".")[2]
    return f"{name} on {len(train)} samples, {recipe.epochs} epochs, {figures}{warning}{seen}"


if __name__ == "__main__":
    main()
