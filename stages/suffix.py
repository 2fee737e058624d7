"""What suffix mutants, the samples around it, and the model itself say of every sample: all that the scorer reads."""

from omegaconf import DictConfig

from stages.shared import places
from stages.shared.entry import stage


@stage("suffix", shared_by_ranks=True)
def main(params: DictConfig) -> str:
    from dataclasses import replace

    from faultloc.io.evidence_store import save_evidence
    from faultloc.io.stores.artifacts import load_array, save_json
    from faultloc.io.stores.dataset_store import load_split
    from faultloc.io.stores.scratch import scratch_arrays
    from faultloc.methods.dfaulo.default.suffix.mutants import SuffixSettings
    from faultloc.methods.dfaulo.default.suffix.neighbours import NeighbourSettings
    from faultloc.methods.dfaulo.default.suffix.step import examine
    from faultloc.subject.task import task_of
    from stages.shared.examined import examine_subject

    options = params.suffix
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
    train = load_split(places.TRAIN_SET)
    if not task_of(train.given).has_classes:
        # The graph goes through this stage whichever scorer is chosen, and the paper's reads nothing of it.
        reason = "the default scorer is about classes, and this data set has targets instead of labels"
        save_json(places.SUFFIX / "none.json", {"reason": reason})
        return f"no mutants: {reason}"
    with examine_subject(params, places.SUBJECT, train, allocate=scratch_arrays(places.SUFFIX)) as examination:
        examined = examine(examination, settings, around)
    if not examination.execution.ranks.is_first:
        return "the first rank has the same evidence and writes it"
    margins = load_array(places.TRAINING / "margin.npy") if options.training_record else None
    save_evidence(places.SUFFIX, replace(examined.evidence, margins=margins))
    return examined.about


if __name__ == "__main__":
    main()
