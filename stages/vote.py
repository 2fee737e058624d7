"""The units that attributions vote for, as WISDOM's table has them: for `idc.selection.scores`."""

from omegaconf import DictConfig

from stages.shared import places
from stages.shared.entry import stage


@stage("vote")
def main(params: DictConfig) -> str:
    from faultloc.io.coverage.importance_table import save_importance
    from faultloc.io.stores.dataset_store import load_split
    from faultloc.io.stores.subject_store import load_subject
    from faultloc.methods.idc.speaking_samples import samples_of_class
    from faultloc.methods.idc.units import labelled_batches
    from faultloc.methods.idc.voters import voters
    from faultloc.methods.idc.voting import vote
    from faultloc.settings_check import check_number, check_switch
    from faultloc.subject.seeding import numpy_generator
    from stages.shared.torch_runtime import start_torch

    settings, train = params.idc.vote, load_split(places.TRAIN_SET)
    for name in ("batches", "batch_size"):
        check_number(f"idc.vote.{name}", settings[name], at_least=1, whole=True)
    for name in ("across", "clipped"):
        check_switch(f"idc.vote.{name}", settings[name])
    device = start_torch(params.runtime)
    network = load_subject(places.SUBJECT).network.to(device)
    places_of_class = samples_of_class(train.labels, params.idc.of_class)
    drawn = numpy_generator(params.seed, "vote").permutation(places_of_class)[: settings.batches * settings.batch_size]
    voted = vote(
        network,
        labelled_batches(train.select(drawn), device, settings.batch_size),
        voters(list(settings.methods), numpy_generator(params.seed, "vote", "attributions")),
        candidates=settings.candidates,
        votes=settings.votes,
        across=settings.across,
        clipped=settings.clipped,
    )
    save_importance(places.VOTES, voted.scores)
    weights = ", ".join(f"{name} {weight:.2f}" for name, weight in voted.weights.items())
    return "; ".join([f"{voted.batches} batches, mean weights {weights}", *voted.notes])


if __name__ == "__main__":
    main()
