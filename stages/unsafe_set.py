"""Which improvement images are unsafe, and to which root cause each belongs: those that are worth a label."""

from omegaconf import DictConfig

from stages.shared import places
from stages.shared.entry import as_dict, stage


@stage("unsafe_set")
def main(params: DictConfig) -> str:
    from faultloc.errors import DataError
    from faultloc.io.root_causes.cause_store import load_root_causes
    from faultloc.io.root_causes.error_store import load_errors
    from faultloc.io.root_causes.unsafe_store import save_unsafe_set
    from faultloc.io.stores.artifacts import save_json
    from faultloc.io.stores.dataset_store import find_split, load_split
    from faultloc.methods.hudd.errors import require_errors
    from faultloc.methods.hudd.evidence.comparing import comparable_evidence
    from faultloc.methods.hudd.settings import EvidenceSettings, UnsafeSettings
    from faultloc.methods.hudd.unsafe import find_unsafe_images
    from faultloc.subject.batches import as_tensor
    from stages.shared.encoder import with_encoder
    from stages.shared.examined import examine_subject

    improvement = find_split(places.DATASET, "improvement")
    if improvement is None:
        raise DataError(
            "the data set has no improvement set; expected more samples, which the model was not trained on, to choose "
            "from: dataset=rendered has one"
        )
    test, errors = load_split(places.TEST_SET), load_errors(places.ERRORS)
    require_errors(errors, len(test))
    causes, settings = load_root_causes(places.ROOT_CAUSES), UnsafeSettings(**as_dict(params.hudd.unsafe_set))
    evidence = EvidenceSettings(**as_dict(params.hudd.heatmaps))
    with examine_subject(params, places.SUBJECT, test) as subject:
        examination = with_encoder(subject, evidence)
        images = as_tensor(improvement.inputs, examination.device)
        of_images, of_errors = comparable_evidence(examination, errors, images, evidence, causes.layer)
    unsafe = find_unsafe_images(
        of_images,
        of_errors,
        causes.cluster,
        improvement.sample_ids,
        settings,
        form=params.hudd.linkage.form,
        error_share=len(errors) / len(test),
    )
    save_unsafe_set(places.UNSAFE_SET, unsafe, improvement)
    save_json(places.UNSAFE_SET / "metrics.json", {"images": len(improvement), "unsafe": len(unsafe)})
    return f"{len(unsafe)} of {len(improvement)} improvement images, near {len(causes.medoids)} root causes"


if __name__ == "__main__":
    main()
