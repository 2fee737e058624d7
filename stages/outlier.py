"""Every sample's distance from its reconstruction by an autoencoder of its given label."""

from pathlib import Path

from omegaconf import DictConfig

from stages.entry import as_dict, stage


@stage("outlier")
def main(params: DictConfig) -> str:
    from faultloc.io.artifacts import save_array
    from faultloc.io.dataset_store import load_train
    from faultloc.methods.dfaulo.paper.deletion.outlier import AutoencoderSettings, reconstruction_distances
    from faultloc.report.shared.progress import item_bar
    from faultloc.subject.batches import as_tensor
    from faultloc.subject.seeding import torch_generator
    from stages.torch_runtime import start_torch

    device = start_torch(params.runtime)
    train = load_train(Path("data/dataset"))
    distances = reconstruction_distances(
        as_tensor(train.inputs, device),
        train.labels,
        AutoencoderSettings(**as_dict(params.outlier)),
        torch_generator(params.seed, "outlier"),
        progress=item_bar("outlier", "group"),
    )
    save_array(Path("data/outlier/distance.npy"), distances)
    classes = len(set(train.labels.tolist()))
    return f"{len(train)} distances under {classes} autoencoders, from {distances.min():.2f} to {distances.max():.2f}"


if __name__ == "__main__":
    main()
