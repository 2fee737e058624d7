"""Every sample's cluster among the activations of its given label."""

from omegaconf import DictConfig

from stages import places
from stages.entry import stage


@stage("activation")
def main(params: DictConfig) -> str:
    from faultloc.io.artifacts import save_array
    from faultloc.io.dataset_store import load_split
    from faultloc.methods.dfaulo.paper.deletion.clusters import cluster_activations
    from faultloc.report.shared.progress import item_bar
    from stages.examined import examine_subject

    train, layer = load_split(places.TRAIN_SET), params.activation.layer
    with examine_subject(params, places.SUBJECT, train, layer=layer) as examination:
        clusters = cluster_activations(examination, progress=item_bar("activation", "class"))
    save_array(places.ACTIVATION / "cluster.npy", clusters)
    return f"{len(train)} samples in 2 clusters a class, by {layer or 'the input of the last linear layer'}"


if __name__ == "__main__":
    main()
