"""The folder of results: everything that was found, for people and for programs."""

import shutil
from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np
import pandas as pd

from faultloc.io.root_causes.agreement_store import STUDY_FILES, save_study
from faultloc.io.stores.artifacts import save_json, written_whole
from faultloc.io.stores.tables import save_table
from faultloc.methods.hudd.errors import Errors
from faultloc.methods.hudd.settings import EvidenceSettings
from faultloc.own.hudd.clustered_errors import ClusteredErrors
from faultloc.own.hudd.places import ResultPlaces
from faultloc.report.hudd.content import CausesContent, Retrained
from faultloc.report.hudd.image_folders import write_image_folders
from faultloc.report.hudd.page import render_causes
from faultloc.report.hudd.parameter_sentences import describe_parameters

COMMAND = "hudd"
# On the page, of each cause.
_SHOWN = 24
_OUTLIERS = "none"
# Of classes, in a sentence.
_NAMED = 5


def save_found(
    places: ResultPlaces,
    found: ClusteredErrors,
    *,
    files: Path | None = None,
    run: Mapping[str, object] | None = None,
    about: Mapping[str, str] | None = None,
    retrained: Retrained | None = None,
) -> None:
    """Writes the tables, the pictures and, last of all, the page.

    ``files`` is the folder below which a sample's id is the path of its file. ``run`` is what `run.json` says,
    ``about`` what the page says of data and model.
    """
    _save_both(places.tables, "errors", found.errors)
    _save_both(places.tables, "causes", found.causes)
    _save_study(places.tables, found)
    write_image_folders(places.images_at(found.layer), _members(found), found.dataset, files)
    if found.unsafe_set is not None and found.improvement is not None and found.unsafe is not None:
        _save_both(places.tables, "unsafe_set", found.unsafe)
        write_image_folders(places.unsafe, _unsafe(found.unsafe), found.improvement.dataset, files)
    else:  # what lies there is of an earlier run
        shutil.rmtree(places.unsafe, ignore_errors=True)
        for suffix in ("csv", "parquet"):
            (places.tables / f"unsafe_set.{suffix}").unlink(missing_ok=True)
    summary = {
        "errors": len(found.errors),
        "samples": len(found.dataset),
        "root_causes": len(found),
        "outliers": int((found.root_causes.cluster < 0).sum()),
        "layer": found.layer,
        "unsafe_images": 0 if found.unsafe_set is None else len(found.unsafe_set),
    }
    save_json(places.tables / "summary.json", summary)
    save_json(places.root / "run.json", run or {})
    with written_whole(places.page) as temporary:
        temporary.write_text(render_causes(_content(places, found, about or {}, retrained)), encoding="utf-8")


def _save_study(folder: Path, found: ClusteredErrors) -> None:
    study = found.parameter_study
    if study is not None:
        save_study(folder, study)
        return
    for name in STUDY_FILES:  # of an earlier run
        (folder / name).unlink(missing_ok=True)


def _save_both(folder: Path, name: str, table: pd.DataFrame) -> None:
    save_table(folder / f"{name}.csv", table)
    with written_whole(folder / f"{name}.parquet") as temporary:
        table.to_parquet(temporary, index=False)


def _members(found: ClusteredErrors) -> dict[str, np.ndarray]:
    places, causes = found.linked.errors.places, found.root_causes
    groups = {str(number + 1): places[causes.members(number)] for number in range(len(found))}
    apart = places[causes.cluster < 0]
    return groups | ({_OUTLIERS: apart} if len(apart) else {})


def _unsafe(table: pd.DataFrame) -> dict[str, np.ndarray]:
    nearest_first = table.sort_values(["cluster", "distance", "index"])
    return {str(cluster): rows["index"].to_numpy(np.int64) for cluster, rows in nearest_first.groupby("cluster")}


def _content(
    places: ResultPlaces, found: ClusteredErrors, about: Mapping[str, str], retrained: Retrained | None
) -> CausesContent:
    unsafe = found.unsafe
    folders = {"Images": str(places.images_at(found.layer)), "Tables": str(places.tables)}
    if unsafe is not None:
        folders["Unsafe images"] = str(places.unsafe)
    if retrained is not None:
        folders["Retrained models"] = str(places.models)
    return CausesContent(
        test_samples=len(found.dataset),
        errors=len(found.errors),
        layer=found.layer,
        evidence=_evidence_in_words(found.settings.heatmaps, found.linked.errors, found.dataset.class_names),
        causes=found.shown(_SHOWN),
        class_names=found.dataset.class_names,
        why_no_heatmaps=found.linked.heatmaps.why_none,
        unsafe={} if unsafe is None else {int(c): int(n) for c, n in unsafe["cluster"].value_counts().items()},  # type: ignore[call-overload]
        why_no_unsafe_set=found.why_no_unsafe_set,
        retrained=retrained,
        parameters=[] if found.parameter_study is None else describe_parameters(found.parameter_study),
        about=about,
        folders=folders,
    )


def _evidence_in_words(settings: EvidenceSettings, errors: Errors, class_names: Sequence[str]) -> str:
    if settings.evidence == "deviation":
        if not len(errors.correct):
            return "what it holds of them, since the model gets no sample right that they could deviate from"
        words = "how they deviate there from the samples of their own class that the model gets right"
        never = [class_names[label] for label in np.setdiff1d(errors.labels, errors.taken_for)]
        named = ", ".join(never[:_NAMED]) + (", ..." if len(never) > _NAMED else "")
        return words + (f", or, where there are none of it ({named}), from all that it gets right" if never else "")
    if settings.evidence == "relevance":
        return f"the heatmap of what speaks there for the class that they are taken for, by the rule {settings.rule}"
    return "the model's features of them"
