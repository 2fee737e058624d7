"""Verdicts as other programs write them down, checked before any of them counts."""

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from faultloc.errors import DataError
from faultloc.subject.dataset import LabeledDataset
from faultloc.verdict import Verdict


@dataclass(frozen=True)
class Claim:
    """A verdict in words, and ``place``, where it stands in the file. ``label`` is empty where none is named."""

    place: str
    sample_id: str
    decision: str
    label: str


def checked_verdicts(path: Path, claims: Iterable[Claim], dataset: LabeledDataset) -> dict[str, Verdict]:
    """The verdicts that ``claims`` make, by sample id, in their order.

    Raises:
        DataError: one is about an unknown sample or class, is none of the three decisions, or contradicts another.
    """
    known, classes = set(dataset.sample_ids.tolist()), set(dataset.class_names)
    verdicts: dict[str, Verdict] = {}
    for claim in claims:
        where = f"{path}, {claim.place}"
        if claim.sample_id not in known:
            raise DataError(f"{where}: there is no sample {claim.sample_id!r}; expected ids of these results: {_NONE}")
        verdict = _verdict(claim, where)
        if verdict.decision == "relabel" and verdict.label not in classes:
            raise DataError(
                f"{where}: there is no class {verdict.label!r} to relabel with; expected one of the data set's: {_NONE}"
            )
        if verdicts.setdefault(claim.sample_id, verdict) != verdict:
            raise DataError(
                f"{where}: a second verdict on {claim.sample_id!r} contradicts the first; expected one: {_NONE}"
            )
    return verdicts


_NONE = "nothing was imported"


def _verdict(claim: Claim, where: str) -> Verdict:
    if claim.decision == "relabel":
        if not claim.label:
            raise DataError(f"{where}: relabel without a new label; expected a class: {_NONE}")
        return Verdict(claim.sample_id, "relabel", claim.label)
    if claim.label:
        decision = claim.decision or "no verdict"
        raise DataError(f"{where}: {decision} with a new label; expected relabel, or no new label: {_NONE}")
    if claim.decision == "faulty":
        return Verdict(claim.sample_id, "faulty")
    if claim.decision == "fine":
        return Verdict(claim.sample_id, "fine")
    raise DataError(f"{where}: the verdict {claim.decision!r}; expected faulty, fine, relabel or nothing: {_NONE}")
