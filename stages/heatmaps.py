"""What each layer of the subject says of every error: deviations from sound samples, or relevance heatmaps."""

from omegaconf import DictConfig

from stages.shared import places
from stages.shared.entry import as_dict, stage


@stage("heatmaps")
def main(params: DictConfig) -> str:
    from faultloc.io.root_causes.error_store import load_errors
    from faultloc.io.root_causes.evidence_layers import save_evidence_layers
    from faultloc.io.root_causes.heatmap_store import save_input_heatmaps
    from faultloc.io.stores.dataset_store import load_split
    from faultloc.io.stores.scratch import scratch_arrays
    from faultloc.methods.hudd.evidence.input_relevance import InputHeatmaps, read_input_heatmaps
    from faultloc.methods.hudd.evidence.layer_evidence import NO_EVIDENCE
    from faultloc.methods.hudd.evidence.reading import read_evidence
    from faultloc.methods.hudd.settings import EvidenceSettings
    from stages.shared.encoder import with_encoder
    from stages.shared.examined import examine_subject

    settings, errors = EvidenceSettings(**as_dict(params.hudd.heatmaps)), load_errors(places.ERRORS)
    if not len(errors):
        save_evidence_layers(places.HEATMAPS, NO_EVIDENCE)
        save_input_heatmaps(places.HEATMAPS, InputHeatmaps(None, "There are no errors."))
        return "no errors to read"
    test = load_split(places.TEST_SET)
    with examine_subject(params, places.SUBJECT, test, allocate=scratch_arrays(places.HEATMAPS)) as subject:
        examination = with_encoder(subject, settings)
        evidence = read_evidence(examination, errors, settings)
        # For people to look at, whatever the errors are compared by.
        shown = read_input_heatmaps(examination, errors, settings.rule)
    save_evidence_layers(places.HEATMAPS, evidence)
    save_input_heatmaps(places.HEATMAPS, shown)
    return f"{settings.evidence} of {len(errors)} errors at {len(evidence.by_layer)} layers"


if __name__ == "__main__":
    main()
