"""How early every ranking shows the planted faults, DFauLo's beside the baselines."""

from omegaconf import DictConfig

from stages.shared import places
from stages.shared.entry import stage


@stage("evaluate")
def main(params: DictConfig) -> str:
    from faultloc.evaluation.baselines import baseline_suspiciousness, loss_and_chance
    from faultloc.evaluation.cleanlab_baselines import cleanlab_suspiciousness
    from faultloc.evaluation.isolation import class_isolation
    from faultloc.evaluation.ranking import assess_ranking, rank_by_suspiciousness
    from faultloc.evaluation.tables import (
        discovery_table,
        empty_discovery_table,
        listed_ranking,
        scored_ranking,
        suspiciousness_columns,
    )
    from faultloc.io.stores.artifacts import load_array, save_json
    from faultloc.io.stores.dataset_store import load_split
    from faultloc.io.stores.localization_store import load_localization
    from faultloc.io.stores.peer_store import load_peers
    from faultloc.io.stores.tables import load_table, save_table
    from faultloc.io.stores.truth_store import load_truth
    from faultloc.settings_check import check_switch
    from faultloc.subject.row_order import rows_of
    from faultloc.subject.seeding import numpy_generator
    from faultloc.subject.task import task_of

    check_switch("evaluate.cleanlab", params.evaluate.cleanlab)
    measured, curves = places.EVALUATION / "metrics.json", places.EVALUATION / "curves.csv"
    summary = places.EVALUATION / "summary.json"  # what `dvc metrics show` can show on one screen
    dataset = load_split(places.TRAIN_SET)
    truth = load_truth(places.TRUTH)
    if truth is None or truth.is_fault.all() or not truth.is_fault.any():
        save_json(measured, {})
        save_json(summary, {})
        save_table(curves, empty_discovery_table())
        return f"{'no ground truth' if truth is None else 'no fault beside sound samples'}: evaluation skipped"

    ids, labels = dataset.sample_ids, dataset.labels
    is_fault = truth.is_fault[rows_of(ids, truth.sample_ids, str(places.TRUTH))]
    said, dfaulo = places.TRAIN_PREDICTIONS, places.DFAULO
    loss, has_classes = load_array(said / "loss.npy"), task_of(dataset.given).has_classes

    rankings = {"dfaulo_offline": scored_ranking(load_localization(places.RANKING), ids)}
    if (dfaulo / "online.csv").exists():
        rankings["dfaulo_online"] = listed_ranking(load_localization(dfaulo / "online.csv"), ids)
    chance = numpy_generator(params.seed, "evaluate", "random")
    if has_classes:
        logits, probabilities = (load_array(said / f"{name}.npy") for name in ("logits", "probabilities"))
        suspiciousness = baseline_suspiciousness(logits, probabilities, loss, labels, chance)
    else:
        # The others, and cleanlab's, are about the probabilities of classes.
        suspiciousness = loss_and_chance(loss, chance)
    suspiciousness["isolation_inputs"] = class_isolation(
        dataset.inputs, labels, numpy_generator(params.seed, "evaluate", "isolation")
    )
    if params.evaluate.cleanlab and has_classes:
        suspiciousness |= cleanlab_suspiciousness(probabilities, labels)
    suspiciousness |= load_peers(places.PEERS)
    if (dfaulo / "ablations.csv").exists():
        ablations = suspiciousness_columns(load_table(dfaulo / "ablations.csv"), ids)
        suspiciousness |= {f"dfaulo_{name}": values for name, values in ablations.items()}
    for name, values in suspiciousness.items():
        rankings[name] = rank_by_suspiciousness(values, numpy_generator(params.seed, "evaluate", f"ties/{name}"))

    assessed = {
        name: assess_ranking(ranking, is_fault, list(params.evaluate.inspected)) for name, ranking in rankings.items()
    }
    save_json(measured, assessed)
    save_json(
        summary,
        {
            name: {metric: assessed[name][metric] for metric in ("pobl@5", "rauc")}
            for name in ("dfaulo_offline", "dfaulo_online", "loss")
            if name in assessed
        },
    )
    save_table(curves, discovery_table(rankings, is_fault))
    return f"{len(rankings)} rankings of {len(ids)} samples with {int(is_fault.sum())} faults"


if __name__ == "__main__":
    main()
