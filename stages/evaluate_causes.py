"""How far the clusters of errors agree with what is known: planted causes, and parameters of the inputs."""

from omegaconf import DictConfig

from stages.shared import places
from stages.shared.entry import as_dict, stage


@stage("evaluate_causes")
def main(params: DictConfig) -> str:
    import numpy as np

    from faultloc.evaluation.clusters import judge_clusters, judge_permuted
    from faultloc.evaluation.known_parameters import known_parameters
    from faultloc.evaluation.parameter_study import PERMUTATIONS, study_parameters
    from faultloc.faults.inputs.names import split_causes
    from faultloc.io.root_causes.agreement_store import save_agreement, save_study
    from faultloc.io.root_causes.cause_store import load_root_causes
    from faultloc.io.root_causes.error_store import load_errors
    from faultloc.io.stores.artifacts import save_json
    from faultloc.io.stores.dataset_store import load_split
    from faultloc.io.stores.truth_store import causes_of, load_causes
    from faultloc.subject.seeding import numpy_generator

    folder = places.CAUSE_EVALUATION
    known = known_parameters(as_dict(params.hudd.evaluate.parameters), "hudd.evaluate.parameters")
    test, errors, planted = load_split(places.TEST_SET), load_errors(places.ERRORS), load_causes(places.TRUTH)
    measured: dict[str, float | None] = {}
    save_json(folder / "metrics.json", measured)
    if len(errors) < 2:
        return f"{len(errors)} errors: nothing to evaluate"
    cluster, said = load_root_causes(places.ROOT_CAUSES).cluster, []
    if "test" in planted:
        causes = split_causes(causes_of(planted, "test", test.sample_ids[errors.places]))
        agreement = judge_clusters(cluster, causes)
        chance = judge_permuted(
            cluster, causes, PERMUTATIONS, numpy_generator(params.seed, "evaluate_causes", "permuted")
        )
        measured |= agreement.numbers() | {"purity_permuted": chance["purity"]}
        save_agreement(folder, agreement)
        said.append(f"purity {agreement.purity:.3f} (by chance {chance['purity']:.3f})")
        said.append(f"{len(agreement.found)} of {len(agreement.recall)} planted causes have a pure cluster")
    if test.parameters and np.any(cluster >= 0):
        of_errors = {name: values[errors.places] for name, values in test.parameters.items()}
        study = study_parameters(of_errors, cluster, known)
        measured |= study.numbers()
        save_study(folder, study)
        said.append(f"{len(of_errors)} parameters known")
    save_json(folder / "metrics.json", measured)
    return "; ".join(said) or "neither causes nor parameters are known: evaluation skipped"


if __name__ == "__main__":
    main()
