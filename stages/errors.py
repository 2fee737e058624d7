"""Which test samples the subject gets wrong, and what it takes them for."""

from omegaconf import DictConfig

from stages.shared import places
from stages.shared.entry import stage


@stage("errors")
def main(params: DictConfig) -> str:
    from faultloc.io.root_causes.error_store import save_errors
    from faultloc.io.stores.artifacts import load_array
    from faultloc.io.stores.dataset_store import load_test
    from faultloc.methods.hudd.errors import find_errors, no_samples
    from faultloc.subject.task import CLASSIFICATION, task_of

    test = load_test(places.DATASET)
    if test is None or task_of(test.given) is not CLASSIFICATION:
        save_errors(places.ERRORS, no_samples())
        what = "there is no test set" if test is None else "a regression has no errors"
        return f"{what}, so there are no root causes to find"
    errors = find_errors(load_array(places.PREDICTIONS / "test" / "logits.npy"), test.labels)
    save_errors(places.ERRORS, errors)
    return f"{len(errors)} errors on {len(test)} test samples"


if __name__ == "__main__":
    main()
