"""The features of every sample of every split, and each training sample's cluster among those of its given label."""

from omegaconf import DictConfig

from stages.shared import places
from stages.shared.entry import stage


@stage("activation")
def main(params: DictConfig) -> str:
    from faultloc.io.stores.dataset_store import load_splits
    from faultloc.io.stores.split_store import save_by_split
    from faultloc.io.stores.subject_store import load_subject
    from faultloc.methods.dfaulo import streams
    from faultloc.methods.dfaulo.paper.deletion.clusters import cluster_classes
    from faultloc.probes.activations import read_activations
    from faultloc.report.shared.progress import item_bar
    from faultloc.subject.batches import as_tensor
    from stages.shared.torch_runtime import start_torch

    device, layer = start_torch(params.runtime), params.activation.layer
    splits = load_splits(places.DATASET)
    network = load_subject(places.SUBJECT).network.to(device)
    features = {
        name: read_activations(network, as_tensor(part.inputs, device), layer, batch_size=params.runtime.batch_size)
        for name, part in splits.items()
    }
    clusters = cluster_classes(
        features["train"],
        splits["train"].labels,
        streams.activation_clusters(params.seed),
        progress=item_bar("activation", "class"),
    )
    kept = {name: {"features": values} for name, values in features.items()}
    save_by_split(places.ACTIVATION, {**kept, "train": {**kept["train"], "cluster": clusters}})
    return f"{len(clusters)} samples in 2 clusters a class, by {layer or 'the input of the last linear layer'}"


if __name__ == "__main__":
    main()
