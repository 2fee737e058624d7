"""What suffix mutants, the samples around it, and the model itself say of every sample: all that the scorer reads."""

from contextlib import ExitStack
from pathlib import Path

from omegaconf import DictConfig

from stages.entry import stage


@stage("suffix", shared_by_ranks=True)
def main(params: DictConfig) -> str:
    from faultloc.io.artifacts import save_json
    from faultloc.io.dataset_store import load_train
    from faultloc.io.evidence_store import save_evidence
    from faultloc.io.scratch import scratch_arrays
    from faultloc.io.subject_store import load_subject
    from faultloc.methods.dfaulo.default.suffix.gathering import gather_evidence
    from faultloc.methods.dfaulo.default.suffix.mutants import SuffixSettings
    from faultloc.methods.dfaulo.default.suffix.neighbours import NeighbourSettings
    from faultloc.probes.prefix import describe_prefix, find_prefix, read_model
    from faultloc.report.shared.progress import epoch_bar
    from faultloc.subject.batches import as_tensor
    from faultloc.subject.seeding import numpy_generator, torch_generator
    from faultloc.subject.task import task_of
    from stages.rank_group import joined_ranks
    from stages.torch_runtime import start_torch, worker_count

    device, options = start_torch(params.runtime), params.suffix
    settings = SuffixSettings(
        mutants=options.mutants,
        left_out=options.left_out,
        checkpoints=options.checkpoints,
        batch_size=options.batch_size,
        fewest_steps=options.fewest_steps,
        learning_rate=options.learning_rate,
        dropout=options.dropout,
        hidden_size=options.hidden_size,
    )
    around = NeighbourSettings(options.embeddings, options.neighbours, options.sharpness)
    train, network = load_train(Path("data/dataset")), load_subject(Path("models/subject")).network.to(device)
    if not task_of(train.given).has_classes:
        # The graph goes through this stage whichever scorer is chosen, and the paper's reads nothing of it.
        reason = "the default scorer is about classes, and this data set has targets instead of labels"
        save_json(Path("data/suffix/none.json"), {"reason": reason})
        return f"no mutants: {reason}"
    inputs = as_tensor(train.inputs, device)
    prefix = find_prefix(network, inputs[:2])
    scratch = scratch_arrays(Path("data/suffix"))
    reading = read_model(network, inputs, prefix, batch_size=params.runtime.batch_size, allocate=scratch)
    with joined_ranks(device) as ranks, ExitStack() as bars:
        moved = [
            bars.enter_context(
                epoch_bar(f"suffix mutant {mutant + 1}", max(settings.checkpoints), row=mutant, shown=ranks.is_first)
            )
            for mutant in range(settings.mutants)
        ]
        evidence, _ = gather_evidence(
            reading,
            train.labels,
            prefix.tail_widths,
            settings,
            around,
            numpy_generator(params.seed, "suffix", "left out"),
            [torch_generator(params.seed, "suffix", str(mutant)) for mutant in range(settings.mutants)],
            workers=worker_count(device),
            ranks=ranks,
            on_epoch=lambda mutant: moved[mutant](None),
            allocate=scratch,
        )
    if not ranks.is_first:
        return "the first rank has the same evidence and writes it"
    save_evidence(Path("data/suffix"), evidence)
    return f"{settings.mutants} mutants {describe_prefix(prefix)}"


if __name__ == "__main__":
    main()
