"""How much of the subject the test set exercises, by every criterion."""

from omegaconf import DictConfig

from stages.shared import places
from stages.shared.entry import as_dict, stage


@stage("coverage")
def main(params: DictConfig) -> str:
    from faultloc.io.coverage.coverage_table import save_coverage
    from faultloc.io.coverage.unit_output_store import load_unit_outputs
    from faultloc.io.coverage.unit_store import load_centroids
    from faultloc.io.stores.artifacts import save_json
    from faultloc.io.stores.dataset_store import load_test, load_vocabulary
    from faultloc.io.stores.subject_store import load_subject
    from faultloc.methods.idc.criteria.idc import ImportanceDrivenCoverage
    from faultloc.methods.idc.measured import measure_coverage
    from faultloc.methods.idc.speaking_samples import samples_of_class
    from faultloc.report.idc.gathering import SampleDrawer, pages_of
    from faultloc.report.idc.page import write_page
    from faultloc.subject.task import CLASSIFICATION, task_of

    test = load_test(places.DATASET)
    if test is None:
        save_coverage(places.COVERAGE / "coverage.csv", {})
        save_json(places.COVERAGE / "metrics.json", {})
        return "there is no test set whose coverage could be measured"
    of_class = params.idc.of_class
    training = load_unit_outputs(places.TRAIN_UNIT_OUTPUTS).of_class(of_class)
    outputs = load_unit_outputs(places.TEST_UNIT_OUTPUTS).of_class(of_class)
    test = test if of_class is None else test.select(samples_of_class(test.labels, of_class))
    network, centroids = load_subject(places.SUBJECT).network, load_centroids(places.CENTROIDS)
    has_classes = task_of(test.given) is CLASSIFICATION
    criteria, left_out = measure_coverage(
        network,
        list(params.idc.coverage.criteria),
        training,
        outputs,
        centroids,
        settings=as_dict(params.idc.coverage.settings),
        has_classes=has_classes,
    )
    found = {name: criterion.compute() for name, criterion in criteria.items()}
    important = [each for each in criteria.values() if isinstance(each, ImportanceDrivenCoverage)]
    drawer = SampleDrawer(test, (), load_vocabulary(places.DATASET))
    for number, page in enumerate(pages_of(list(found.values()), important, outputs, drawer)):
        write_page(places.COVERAGE if not number else places.COVERAGE / f"group_{number}", page)
    save_coverage(places.COVERAGE / "coverage.csv", found)
    save_json(places.COVERAGE / "metrics.json", {name: coverage.value for name, coverage in found.items()})
    said = ", ".join(f"{name} {coverage.value:.3g}" for name, coverage in found.items())
    return said + (f"; left out: {'; '.join(f'{name} ({why})' for name, why in left_out.items())}" if left_out else "")


if __name__ == "__main__":
    main()
