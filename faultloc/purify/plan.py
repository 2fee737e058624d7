"""Which samples to remove and which to relabel: from a ranking, from a reviewer's verdicts, or from both."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

import pandas as pd

from faultloc.errors import ConfigError, DataError
from faultloc.kinds import FOREIGN_INPUT, NEAR_DUPLICATE, WRONG_LABEL
from faultloc.purify.changes import Action, Change
from faultloc.purify.extent import Extent
from faultloc.verdict import Verdict

# From here on a sample is likelier faulty than not.
_MORE_LIKELY_THAN_NOT = 0.5


@dataclass(frozen=True)
class PurifySettings:
    """What is done with the samples at the head of the ranking that nobody has judged.

    ``remove``: they are left out. ``relabel``: suspected wrong labels are replaced by the suggested one, what is only
    ambiguous stays, and so do those that no label fits, such as foreign inputs, unless ``drops_guessed``: that a sample
    belongs nowhere is a guess until a person has said so. None: only verdicts count. ``extent`` is how many samples the
    head has; None, which only ``relabel`` may say, takes those whose probability of being faulty is one half or more.
    """

    action: Action | None = None
    extent: Extent | None = None
    drops_guessed: bool = False

    def __post_init__(self) -> None:
        if self.action not in (None, "remove", "relabel"):
            raise ConfigError(f"the action is {self.action!r}; expected remove or relabel")
        if self.action == "remove" and self.extent is None:
            raise ConfigError("it is not said how many samples to remove; expected a share such as 5%, or a number")
        if self.drops_guessed and self.action != "relabel":
            raise ConfigError(
                "what relabelling would drop on a guess is to be dropped, but nothing is relabelled by the ranking; "
                "expected --drop-guessed beside --relabel only"
            )


@dataclass(frozen=True)
class PurifyPlan:
    """The ``changes`` to be made, and the removals that wait for a person's verdict, both as the ranking has them."""

    changes: tuple[Change, ...]
    undecided: tuple[Change, ...]


def plan_changes(
    ranking: pd.DataFrame,
    class_names: Sequence[str],
    settings: PurifySettings,
    verdicts: Mapping[str, Verdict],
) -> PurifyPlan:
    """The changes, and what only a person can decide; ``class_names`` are those that a label may have.

    ``ranking`` has the columns of `ranking.csv`, ``verdicts`` are by sample id. A verdict goes before the ranking,
    wherever the sample stands: fine stays as it is, faulty is removed, relabel gets the reviewer's label. The head of
    the ranking is counted with the samples that were judged.

    Raises:
        DataError: a verdict is about a sample or names a class that is not there; labels are to be taken from a ranking
            that suggests none.
        ConfigError: the head is longer than the ranking.
    """
    _require_known(verdicts, ranking, class_names)
    head = _head_length(ranking, settings)
    changes: list[Change] = []
    undecided: list[Change] = []
    for place, sample in enumerate(_ranked_samples(ranking)):
        verdict = verdicts.get(sample.sample_id)
        if verdict is not None:
            change = _by_verdict(sample, verdict)
        elif place < head:
            change = _by_ranking(sample, settings.action, class_names)
        else:
            change = None
        if change is None:
            continue
        is_guess = verdict is None and settings.action == "relabel" and change.action == "remove"
        (undecided if is_guess and not settings.drops_guessed else changes).append(change)
    return PurifyPlan(tuple(changes), tuple(undecided))


@dataclass(frozen=True)
class _RankedSample:
    sample_id: str
    given_label: str
    kind: str
    suggested_label: str
    why: str


def _ranked_samples(ranking: pd.DataFrame) -> Iterator[_RankedSample]:
    columns = ("sample_id", "given_label", "kind", "suggested_label", "rank", "suspiciousness")
    blank = [""] * len(ranking)
    values = (ranking[name].tolist() if name in ranking else blank for name in columns)
    for sample_id, given_label, kind, suggested, rank, suspiciousness in zip(*values, strict=True):
        why = f"suspiciousness {suspiciousness:.4f}, rank {rank}" + (f": {kind}" if kind else "")
        yield _RankedSample(sample_id, given_label, kind, suggested, why)


def _head_length(ranking: pd.DataFrame, settings: PurifySettings) -> int:
    if settings.action is None:
        return 0
    if settings.action == "relabel" and not {"kind", "suggested_label"} <= set(ranking.columns):
        raise DataError(
            "the ranking suggests no labels, as that of the published scorer; expected the columns kind and "
            "suggested_label: use the default scorer, or remove instead of relabelling"
        )
    if settings.extent is None:
        return int((ranking["suspiciousness"] >= _MORE_LIKELY_THAN_NOT).sum())
    return settings.extent.of(len(ranking))


def _by_verdict(sample: _RankedSample, verdict: Verdict) -> Change | None:
    sample_id, given = sample.sample_id, sample.given_label
    if verdict.decision == "faulty":
        return Change(sample_id, "remove", given, "", "the reviewer called it faulty")
    if verdict.decision == "relabel" and verdict.label != given:
        return Change(sample_id, "relabel", given, verdict.label, "the reviewer gave it this label")
    return None


def _by_ranking(sample: _RankedSample, action: Action | None, class_names: Sequence[str]) -> Change | None:
    sample_id, given = sample.sample_id, sample.given_label
    if action == "remove" or sample.kind == FOREIGN_INPUT:
        return Change(sample_id, "remove", given, "", sample.why)
    if sample.kind not in (WRONG_LABEL, NEAR_DUPLICATE):
        return None
    if sample.suggested_label not in class_names:  # a model may have outputs that are no class of the data set
        return Change(sample_id, "remove", given, "", f"{sample.why}, and no class fits")
    return Change(sample_id, "relabel", given, sample.suggested_label, sample.why)


def _require_known(verdicts: Mapping[str, Verdict], ranking: pd.DataFrame, class_names: Sequence[str]) -> None:
    strangers = sorted(set(verdicts) - set(ranking["sample_id"]))
    if strangers:
        raise DataError(
            f"there are verdicts on {len(strangers)} samples that the ranking does not hold, the first is "
            f"{strangers[0]}; expected verdicts on this data set"
        )
    for verdict in verdicts.values():
        if verdict.decision == "relabel" and verdict.label not in class_names:
            raise DataError(
                f"the verdict on {verdict.sample_id} gives it the label {verdict.label!r}, which is no class of the "
                f"data set; expected one of {', '.join(class_names[:10])}"
            )
