"""Every sample's cluster among the activations of its given label."""

from pathlib import Path

from omegaconf import DictConfig

from stages.entry import stage


@stage("activation")
def main(params: DictConfig) -> str:
    import numpy as np

    from faultloc.io.artifacts import save_array
    from faultloc.io.dataset_store import load_train
    from faultloc.io.subject_store import load_subject
    from faultloc.methods.dfaulo.paper.deletion.clusters import cluster_classes
    from faultloc.probes.activations import read_activations
    from faultloc.report.shared.progress import item_bar
    from faultloc.subject.batches import as_tensor
    from faultloc.subject.seeding import numpy_generator
    from stages.torch_runtime import start_torch

    device = start_torch(params.runtime)
    train = load_train(Path("data/dataset"))
    network = load_subject(Path("models/subject")).network.to(device)

    def activations_of(members: np.ndarray) -> np.ndarray:
        inputs = as_tensor(train.inputs[members], device)
        return read_activations(network, inputs, params.activation.layer, batch_size=params.runtime.batch_size)

    clusters = cluster_classes(
        activations_of,
        train.labels,
        numpy_generator(params.seed, "activation"),
        progress=item_bar("activation", "class"),
    )
    save_array(Path("data/activation/cluster.npy"), clusters)
    layer = params.activation.layer or "the input of the last linear layer"
    return f"{len(train)} samples in 2 clusters a class, by {layer}"


if __name__ == "__main__":
    main()
