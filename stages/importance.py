"""How much each unit matters for right answers: a table for each attribution."""

from omegaconf import DictConfig

from stages.shared import places
from stages.shared.entry import stage


@stage("importance")
def main(params: DictConfig) -> str:
    from faultloc.io.coverage.importance_table import save_importance
    from faultloc.io.stores.artifacts import load_array, save_json
    from faultloc.io.stores.dataset_store import load_split
    from faultloc.io.stores.subject_store import load_subject
    from faultloc.methods.idc.importance import read_importance
    from faultloc.methods.idc.speaking_samples import speaking_samples
    from faultloc.methods.idc.units import labelled_batches
    from faultloc.subject.seeding import numpy_generator
    from faultloc.subject.task import CLASSIFICATION, task_of
    from stages.shared.torch_runtime import start_torch

    settings, train = params.idc.importance, load_split(places.TRAIN_SET)
    names = list(settings.attributions) if task_of(train.given) is CLASSIFICATION else []
    save_json(places.IMPORTANCE / "attributions.json", {"attributions": names})
    if not names:
        return (
            "a regression has no class for which a unit could speak" if settings.attributions else "none is asked for"
        )
    device = start_torch(params.runtime)
    network = load_subject(places.SUBJECT).network.to(device)
    answers = load_array(places.TRAIN_PREDICTIONS / "logits.npy")
    kept = speaking_samples(answers, train.labels, correct_only=settings.correct_only, of_class=params.idc.of_class)
    for name in names:
        batches = labelled_batches(train.select(kept), device, params.runtime.batch_size)
        rng = numpy_generator(params.seed, "importance", name)
        save_importance(places.IMPORTANCE / f"{name}.csv", read_importance(network, batches, name, rng))
    return f"{', '.join(names)} of {len(kept)} training samples"


if __name__ == "__main__":
    main()
