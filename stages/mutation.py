"""Three deletion sets, and for each the subject trained on without it."""

from contextlib import ExitStack
from pathlib import Path

from omegaconf import DictConfig

from stages.entry import stage


@stage("mutation", shared_by_ranks=True)
def main(params: DictConfig) -> str:
    import numpy as np

    from faultloc.errors import ConfigError
    from faultloc.io.artifacts import load_array, save_array
    from faultloc.io.dataset_store import load_train
    from faultloc.io.subject_store import load_subject, save_mutant_weights
    from faultloc.methods.dfaulo.paper.deletion.deletion_sets import LAYERS, deletion_sets
    from faultloc.methods.dfaulo.paper.mutants import make_mutants
    from faultloc.report.shared.progress import epoch_bar
    from faultloc.subject.batches import as_tensor
    from faultloc.subject.seeding import torch_generator
    from faultloc.subject.task import task_of
    from stages.rank_group import joined_ranks
    from stages.torch_runtime import start_torch, worker_count

    device, settings = start_torch(params.runtime), params.mutation
    train, subject = load_train(Path("data/dataset")), load_subject(Path("models/subject"))
    deleted = deletion_sets(
        train.labels,
        load_array(Path("data/outlier/distance.npy")),
        load_array(Path("data/activation/cluster.npy")),
        load_array(Path("data/preloss/loss.npy")),
        ratio=settings.ratio,
    ).stacked()
    if not deleted[0].any():
        raise ConfigError(
            f"mutation.ratio is {settings.ratio}, which takes no sample of a class of "
            f"{np.bincount(train.labels).max()}; expected a ratio that takes one at least"
        )
    recipe = subject.recipe.for_fine_tuning(
        learning_rate=settings.learning_rate, epochs=settings.epochs, batch_size=settings.batch_size
    )
    with joined_ranks(device) as ranks, ExitStack() as bars:
        moved = [
            bars.enter_context(epoch_bar(f"mutant {layer}", settings.epochs, row=row, shown=ranks.is_first))
            for row, layer in enumerate(LAYERS)
        ]
        mutants = make_mutants(
            subject.network.to(device),
            as_tensor(train.inputs, device),
            train.given,
            deleted,
            recipe,
            settings.operator,
            [torch_generator(params.seed, "mutation", layer) for layer in LAYERS],
            batch_size=params.runtime.batch_size,
            workers=worker_count(device),
            ranks=ranks,
            on_epoch=lambda mutant, record: moved[mutant](record),
        )
    if not ranks.is_first:
        return "the first rank has the same mutants and writes them"
    save_mutant_weights(
        Path("models/mutants"), {layer: mutant.weights for layer, mutant in zip(LAYERS, mutants, strict=True)}
    )
    save_array(Path("data/mutation/deleted.npy"), deleted)
    task, folder = task_of(train.given), Path("data/mutation")
    save_array(folder / f"{task.opinions_name}.npy", np.stack([task.opinions(mutant.logits) for mutant in mutants]))
    save_array(folder / "loss.npy", np.stack([task.losses(mutant.logits, train.given) for mutant in mutants]))
    sizes = ", ".join(f"{layer} {count}" for layer, count in zip(LAYERS, deleted.sum(1), strict=True))
    return f"3 mutants ({settings.operator}, {settings.epochs} epochs) without {sizes} of {len(train)} samples"


if __name__ == "__main__":
    main()
