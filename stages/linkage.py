"""A tree over the errors for each layer, grown once; where it is cut is another stage's."""

from omegaconf import DictConfig

from stages.shared import places
from stages.shared.entry import as_dict, stage


@stage("linkage")
def main(params: DictConfig) -> str:
    from faultloc.io.root_causes.evidence_layers import load_evidence_layers
    from faultloc.io.root_causes.tree_store import save_trees
    from faultloc.methods.hudd.growing import grow
    from faultloc.methods.hudd.settings import LinkageSettings

    settings, evidence = LinkageSettings(**as_dict(params.hudd.linkage)), load_evidence_layers(places.HEATMAPS)
    grown = {name: grow(values, settings) for name, values in evidence.by_layer.items() if len(values) > 1}
    save_trees(places.LINKAGE, grown)
    if not grown:
        return "fewer than two errors, so there is nothing to link"
    return f"{len(grown)} trees"


if __name__ == "__main__":
    main()
