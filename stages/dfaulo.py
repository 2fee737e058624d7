"""How suspicious every sample is: the ranking without verdicts, and the ranking after rounds of them."""

from dataclasses import replace
from typing import TYPE_CHECKING

from omegaconf import DictConfig

from stages.shared import places
from stages.shared.entry import stage

if TYPE_CHECKING:
    from stages.default_scoring import DefaultScoring
    from stages.paper_scoring import PaperScoring


def scoring_of(scorer: str) -> "type[DefaultScoring] | type[PaperScoring]":
    """The scorer of that name; the other is not imported, since the default one needs no PyTorch."""
    if scorer == "default":
        from stages.default_scoring import DefaultScoring

        return DefaultScoring
    from stages.paper_scoring import PaperScoring

    return PaperScoring


@stage("dfaulo")
def main(params: DictConfig) -> str:
    import numpy as np

    from faultloc.errors import ConfigError
    from faultloc.io.stores.dataset_store import load_split
    from faultloc.io.stores.localization_store import save_localization
    from faultloc.io.stores.tables import save_table
    from faultloc.io.stores.truth_store import load_truth
    from faultloc.methods.dfaulo import streams
    from faultloc.subject.row_order import rows_of
    from faultloc.subject.task import task_of

    train = load_split(places.TRAIN_SET)
    scorer = params.dfaulo.scorer
    if scorer not in ("default", "paper"):
        raise ConfigError(f"dfaulo.scorer is {scorer!r}; expected default or paper: choose with dfaulo=paper")
    if scorer == "default" and not task_of(train.given).has_classes:
        raise ConfigError(
            "the default scorer is about classes, and this data set has targets instead of labels; expected the "
            "published scorer: choose it with dfaulo=paper"
        )
    scoring = scoring_of(scorer)(params, train)
    offline = scoring.offline()
    save_localization(places.RANKING, offline, offline.order(streams.ties(params.seed)))
    for name, table in scoring.tables().items():
        save_table(places.DFAULO / f"{name}.csv", table)

    truth = load_truth(places.TRUTH)
    if truth is None:
        return f"{offline.summary}; no ground truth, so nobody to play the reviewer"
    is_fault = truth.is_fault[rows_of(train.sample_ids, truth.sample_ids, "the ground truth")]
    online = scoring.online(lambda judged: is_fault[judged])
    verdicts = np.where(online.round_of == 0, "", np.where(online.verdicts, "faulty", "fine"))
    evidence = {**offline.evidence, "round": online.round_of, "verdict": verdicts}
    after = replace(offline, suspiciousness=online.suspiciousness, evidence=evidence)
    save_localization(places.DFAULO / "online.csv", after, online.order)
    reviewed, found = int((online.round_of > 0).sum()), int(online.verdicts.sum())
    return f"{offline.summary}; {reviewed} verdicts in {params.dfaulo.online.rounds} rounds found {found} faults"


if __name__ == "__main__":
    main()
