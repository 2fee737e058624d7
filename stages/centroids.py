"""The clusters of what each important unit gives in training."""

from omegaconf import DictConfig

from stages.shared import places
from stages.shared.entry import as_dict, stage


@stage("centroids")
def main(params: DictConfig) -> str:
    from faultloc.io.coverage.unit_output_store import load_unit_outputs
    from faultloc.io.coverage.unit_store import load_units, save_centroids
    from faultloc.methods.idc.centroids import ClusterSettings, chosen_outputs, find_centres

    settings, groups = ClusterSettings(**as_dict(params.idc.centroids)), load_units(places.IMPORTANT_UNITS)
    if not groups:
        save_centroids(places.CENTROIDS, {})
        return "no unit is the important one, so there is nothing to cluster"
    outputs = load_unit_outputs(places.TRAIN_UNIT_OUTPUTS).of_class(params.idc.of_class)
    centres = {name: find_centres(units, chosen_outputs(outputs, units), settings) for name, units in groups.items()}
    save_centroids(places.CENTROIDS, centres)
    numbers = [len(values) for of_units in centres.values() for values in of_units.values()]
    return f"{sum(numbers)} clusters of {len(numbers)} units, of {len(outputs)} training samples"


if __name__ == "__main__":
    main()
