"""The page about the root causes, their tables, and the pictures of each in a folder."""

from omegaconf import DictConfig

from stages.shared import places
from stages.shared.entry import as_dict, stage


@stage("report_causes")
def main(params: DictConfig) -> str:
    from faultloc.evaluation.known_parameters import known_parameters
    from faultloc.io.root_causes.cause_store import load_root_causes
    from faultloc.io.root_causes.error_store import load_errors
    from faultloc.io.root_causes.evidence_layers import load_evidence_layers
    from faultloc.io.root_causes.heatmap_store import load_input_heatmaps
    from faultloc.io.stores.artifacts import written_whole
    from faultloc.io.stores.dataset_store import load_split, load_vocabulary
    from faultloc.methods.hudd.settings import CutSettings, EvidenceSettings, HuddSettings, LinkageSettings
    from faultloc.own.hudd.clustered_errors import ClusteredErrors
    from faultloc.own.hudd.linking import Linked
    from faultloc.own.hudd.places import plain_places
    from faultloc.own.hudd.results import save_found
    from faultloc.report.hudd.page import render_no_causes

    written, errors = plain_places(places.CAUSE_REPORT), load_errors(places.ERRORS)
    if len(errors) < 2:
        with written_whole(written.page) as temporary:
            temporary.write_text(render_no_causes(len(errors)), encoding="utf-8")
        return f"{len(errors)} errors: nothing to show"
    known = known_parameters(as_dict(params.hudd.evaluate.parameters), "hudd.evaluate.parameters")
    settings = HuddSettings(
        EvidenceSettings(**as_dict(params.hudd.heatmaps)),
        LinkageSettings(**as_dict(params.hudd.linkage)),
        CutSettings(**as_dict(params.hudd.root_causes)),
    )
    linked = Linked(errors, load_evidence_layers(places.HEATMAPS), {}, load_input_heatmaps(places.HEATMAPS))
    found = ClusteredErrors(
        load_split(places.TEST_SET),
        linked,
        load_root_causes(places.ROOT_CAUSES),
        settings,
        vocabulary=load_vocabulary(places.DATASET),
        known=known,
    )
    save_found(written, found)
    return f"{len(found)} root causes, open {written.page}"


if __name__ == "__main__":
    main()
