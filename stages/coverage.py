"""How much of the subject the test set exercises, by every criterion."""

from omegaconf import DictConfig

from stages.shared import places
from stages.shared.entry import stage


@stage("coverage")
def main(params: DictConfig) -> str:
    from faultloc.io.coverage.coverage_table import save_coverage
    from faultloc.io.coverage.unit_output_store import load_unit_outputs
    from faultloc.io.coverage.unit_store import load_centroids
    from faultloc.io.stores.artifacts import save_json
    from faultloc.io.stores.dataset_store import load_test
    from faultloc.io.stores.subject_store import load_subject
    from faultloc.methods.idc.measured import measure_coverage
    from faultloc.methods.idc.speaking_samples import samples_of_class
    from faultloc.subject.task import CLASSIFICATION, task_of

    test = load_test(places.DATASET)
    if test is None:
        save_coverage(places.COVERAGE / "coverage.csv", {})
        save_json(places.COVERAGE / "metrics.json", {})
        return "there is no test set whose coverage could be measured"
    outputs = {
        "train": load_unit_outputs(places.TRAIN_UNIT_OUTPUTS),
        "test": load_unit_outputs(places.TEST_UNIT_OUTPUTS),
    }
    if params.idc.of_class is not None:
        outputs = {name: part.of(samples_of_class(part.labels, params.idc.of_class)) for name, part in outputs.items()}
    network, centroids = load_subject(places.SUBJECT).network, load_centroids(places.CENTROIDS)
    has_classes = task_of(test.given) is CLASSIFICATION
    found, left_out = measure_coverage(
        network,
        list(params.idc.coverage.criteria),
        outputs["train"],
        outputs["test"],
        centroids,
        has_classes=has_classes,
    )
    save_coverage(places.COVERAGE / "coverage.csv", found)
    save_json(places.COVERAGE / "metrics.json", {name: coverage.value for name, coverage in found.items()})
    said = ", ".join(f"{name} {coverage.value:.3g}" for name, coverage in found.items())
    return said + (f"; left out: {', '.join(left_out)}" if left_out else "")


if __name__ == "__main__":
    main()
