"""Which class is mislabelled as which."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass

import pandas as pd

from faultloc.review.suggestion import MISLABELLED
from faultloc.verdict import Verdict


@dataclass(frozen=True)
class Confusion:
    """Samples labelled ``given`` that look like ``likely``: how many are suspected, and how many a person confirmed."""

    given: str
    likely: str
    suspected: int
    confirmed: int


def count_confusions(ranking: pd.DataFrame, verdicts: Mapping[str, Verdict]) -> list[Confusion]:
    """The pairs of classes of which one is mislabelled as the other, the most frequent first.

    ``suspected`` counts the samples in ``ranking`` (its columns are those of `ranking.csv`) with a suspected wrong
    label, or a near-duplicate with another label; ``confirmed`` those that ``verdicts``, by sample id, relabelled so,
    suspected or not.
    """
    chosen = ranking[ranking["kind"].isin(MISLABELLED)]
    suspected = Counter(zip(chosen["given_label"].tolist(), chosen["suggested_label"].tolist(), strict=True))
    relabelled = {name: verdict.label for name, verdict in verdicts.items() if verdict.decision == "relabel"}
    judged = ranking[ranking["sample_id"].isin(relabelled.keys())] if relabelled else ranking[:0]
    confirmed = Counter(
        (given, relabelled[name])
        for given, name in zip(judged["given_label"].tolist(), judged["sample_id"].tolist(), strict=True)
    )
    pairs = [
        Confusion(given, likely, suspected[given, likely], confirmed[given, likely])
        for given, likely in suspected.keys() | confirmed.keys()
    ]
    return sorted(pairs, key=lambda pair: (-pair.suspected - pair.confirmed, pair.given, pair.likely))
