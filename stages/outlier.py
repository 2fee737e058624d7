"""Every sample's distance from its reconstruction by an autoencoder of its given label."""

from omegaconf import DictConfig

from stages.shared import places
from stages.shared.entry import as_dict, stage


@stage("outlier")
def main(params: DictConfig) -> str:
    from faultloc.io.stores.artifacts import save_array
    from faultloc.io.stores.dataset_store import load_split
    from faultloc.methods.dfaulo import streams
    from faultloc.methods.dfaulo.paper.deletion.outlier import AutoencoderSettings, reconstruction_distances
    from faultloc.report.shared.progress import item_bar
    from faultloc.subject.batches import as_tensor
    from stages.shared.torch_runtime import start_torch

    device = start_torch(params.runtime)
    train = load_split(places.TRAIN_SET)
    distances = reconstruction_distances(
        as_tensor(train.inputs, device),
        train.labels,
        AutoencoderSettings(**as_dict(params.outlier)),
        streams.autoencoders(params.seed),
        progress=item_bar("outlier", "group"),
    )
    save_array(places.OUTLIER / "distance.npy", distances)
    classes = len(set(train.labels.tolist()))
    return f"{len(train)} distances under {classes} autoencoders, from {distances.min():.2f} to {distances.max():.2f}"


if __name__ == "__main__":
    main()
