"""The root causes: the trees cut into clusters, each of which is taken for one."""

from omegaconf import DictConfig

from stages.shared import places
from stages.shared.entry import as_dict, stage


@stage("root_causes")
def main(params: DictConfig) -> str:
    from faultloc.io.root_causes.cause_store import save_root_causes
    from faultloc.io.root_causes.error_store import load_errors
    from faultloc.io.root_causes.evidence_layers import load_evidence_layers
    from faultloc.io.root_causes.tree_store import load_trees
    from faultloc.io.stores.artifacts import save_json
    from faultloc.io.stores.dataset_store import load_split
    from faultloc.io.stores.localization_store import save_localization
    from faultloc.methods.hudd.cutting import cut_into_causes
    from faultloc.methods.hudd.settings import CutSettings, LinkageSettings

    errors, evidence = load_errors(places.ERRORS), load_evidence_layers(places.HEATMAPS)
    if len(errors) < 2:
        save_json(places.ROOT_CAUSES / "metrics.json", {"errors": len(errors), "root_causes": 0})
        return f"{len(errors)} errors: too few to have a cause in common"
    causes = cut_into_causes(
        evidence,
        load_trees(places.LINKAGE),
        LinkageSettings(**as_dict(params.hudd.linkage)),
        CutSettings(**as_dict(params.hudd.root_causes)),
    )
    save_root_causes(places.ROOT_CAUSES, causes, errors, load_split(places.TEST_SET))
    found = causes.localization()
    save_localization(places.ROOT_CAUSES / "root_causes.csv", found, found.order())
    outliers = int((causes.cluster < 0).sum())
    metrics = {"errors": len(errors), "root_causes": len(causes.medoids), "outliers": outliers, "layer": causes.layer}
    save_json(places.ROOT_CAUSES / "metrics.json", metrics)
    return found.summary + (f", {outliers} errors apart" if outliers else "")


if __name__ == "__main__":
    main()
