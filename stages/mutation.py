"""Three deletion sets, and for each the subject trained on without it."""

from omegaconf import DictConfig

from stages.shared import places
from stages.shared.entry import stage


@stage("mutation", shared_by_ranks=True)
def main(params: DictConfig) -> str:
    import numpy as np

    from faultloc.io.stores.artifacts import load_array, save_array
    from faultloc.io.stores.dataset_store import load_split
    from faultloc.io.stores.subject_store import load_subject, save_mutant_weights
    from faultloc.methods.dfaulo.paper.deletion.deletion_sets import choose_deleted
    from faultloc.methods.dfaulo.paper.layers import LAYERS
    from faultloc.methods.dfaulo.paper.mutants import train_mutants
    from faultloc.subject.task import task_of
    from stages.shared.examined import examine_subject

    settings, train = params.mutation, load_split(places.TRAIN_SET)
    deleted = choose_deleted(
        train.labels,
        load_array(places.OUTLIER / "distance.npy"),
        load_array(places.TRAIN_ACTIVATION / "cluster.npy"),
        load_array(places.TRAIN_PREDICTIONS / "loss.npy"),
        ratio=settings.ratio,
    )
    recipe = load_subject(places.SUBJECT).recipe.for_fine_tuning(
        learning_rate=settings.learning_rate, epochs=settings.epochs, batch_size=settings.batch_size
    )
    with examine_subject(params, places.SUBJECT, train) as examination:
        mutants = train_mutants(examination, deleted, recipe, settings.operator)
    if not examination.execution.ranks.is_first:
        return "the first rank has the same mutants and writes them"
    save_mutant_weights(places.MUTANTS, {name: made.weights for name, made in zip(LAYERS, mutants, strict=True)})
    save_array(places.MUTATION / "deleted.npy", deleted)
    task = task_of(train.given)
    opinions = np.stack([task.opinions(mutant.logits) for mutant in mutants])
    save_array(places.MUTATION / f"{task.opinions_name}.npy", opinions)
    losses = np.stack([task.losses(mutant.logits, train.given) for mutant in mutants])
    save_array(places.MUTATION / "loss.npy", losses)
    sizes = ", ".join(f"{layer} {count}" for layer, count in zip(LAYERS, deleted.sum(1), strict=True))
    return f"3 mutants ({settings.operator}, {settings.epochs} epochs) without {sizes} of {len(train)} samples"


if __name__ == "__main__":
    main()
