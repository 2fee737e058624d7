"""What the peers say that need more than the subject's outputs: its features, its training, trainings of their own."""

from omegaconf import DictConfig

from stages.shared import places
from stages.shared.entry import stage


@stage("peers")
def main(params: DictConfig) -> str:
    import numpy as np

    from faultloc.evaluation.isolation import class_isolation
    from faultloc.evaluation.neighbour_votes import neighbour_disagreement
    from faultloc.io.stores.artifacts import load_array
    from faultloc.io.stores.dataset_store import load_split
    from faultloc.io.stores.peer_store import save_peers
    from faultloc.io.stores.subject_store import load_subject
    from faultloc.peers.applicability import reasons_against
    from faultloc.peers.deep_state import change_rate
    from faultloc.peers.mc_dropout import dropout_variance
    from faultloc.peers.simifeat import flag_rate
    from faultloc.settings_check import check_switch
    from faultloc.subject.batches import as_tensor
    from faultloc.subject.seeding import numpy_generator, torch_generator
    from faultloc.subject.task import task_of
    from stages.peer_trainings import cross_validated_cleanlab, train_ncnv
    from stages.shared.torch_runtime import start_torch

    device, options, seed = start_torch(params.runtime), params.peers, params.seed
    for name in options:
        check_switch(f"peers.{name}.run", options[name].run)
    train, subject = load_split(places.TRAIN_SET), load_subject(places.SUBJECT)
    network, inputs, labels = subject.network.to(device), as_tensor(train.inputs, device), train.labels
    batch_size = params.runtime.batch_size
    wanted = [str(name) for name in options if options[name].run]
    has_classes = task_of(train.given).has_classes
    reasons = reasons_against(network, len(np.unique(labels)) if has_classes else 0)
    left_out = {name: reasons[name] for name in wanted if name in reasons}
    asked = set(wanted) - set(left_out)

    said: dict[str, np.ndarray] = {}
    if "aum" in asked:
        said["aum"] = -load_array(places.TRAINING / "margin.npy")
    if asked & {"neighbour_votes", "isolation"}:
        features = load_array(places.TRAIN_ACTIVATION / "features.npy")
        if "neighbour_votes" in asked:
            said["neighbour_votes"] = neighbour_disagreement(features, labels, options.neighbour_votes.neighbours)
        if "isolation" in asked:
            said["isolation_features"] = class_isolation(features, labels, numpy_generator(seed, "peers", "isolation"))
    if "simifeat" in asked:
        probabilities = load_array(places.TRAIN_PREDICTIONS / "probabilities.npy")
        settings, around = options.simifeat, numpy_generator(seed, "peers", "simifeat")
        said["simifeat"] = flag_rate(
            probabilities, labels, settings.neighbours, settings.rounds, settings.parts, around
        )
    if "mc_dropout" in asked:
        said["mc_dropout"] = dropout_variance(
            network,
            inputs,
            options.mc_dropout.passes,
            torch_generator(seed, "peers", "mc_dropout"),
            batch_size=batch_size,
            has_classes=has_classes,
        )
    if "deep_state" in asked:
        said["deep_state"] = change_rate(network, inputs, batch_size=batch_size)
    if "cross_validation" in asked:
        said |= cross_validated_cleanlab(params, subject, inputs, labels)
    if "ncnv" in asked:
        said["ncnv"] = train_ncnv(params, subject, inputs, labels)
    save_peers(places.PEERS, said, left_out)
    without = "; ".join(f"not {name}: {reason}" for name, reason in left_out.items())
    return f"{', '.join(said) or 'none'} for {len(train)} samples" + (f"; {without}" if without else "")


if __name__ == "__main__":
    main()
