"""The labels with their suspiciousness in the layout of FiftyOneImageClassificationDataset."""

from collections.abc import Mapping
from pathlib import Path, PurePosixPath

from faultloc.errors import DataError
from faultloc.io.results_store import Results
from faultloc.io.stores.artifacts import save_json
from faultloc.verdict import Verdict

_SUFFIXES = {
    *(".jpg", ".jpeg", ".png", ".bmp", ".gif", ".tif", ".tiff", ".webp", ".ppm", ".pgm"),
    *(".jfif", ".jpe", ".avif", ".jp2", ".tga"),
}


def write_fiftyone(path: Path, results: Results, verdicts: Mapping[str, Verdict]) -> int:
    """How many labels were written: the new one of relabelled samples, the given one of all others.

    A sample's key is its id without the suffix of an image file, since FiftyOne looks for the pictures so. What else
    is known of it are attributes of its label.

    Source: the FiftyOne user guide, "FiftyOneImageClassificationDataset": classes, and per key a label (a class's
    number), a confidence and attributes.

    Raises:
        DataError: the samples are no images, or two of them have the same key.
    """
    if results.dataset.input_kind == "tokens":
        raise DataError("these samples are texts; expected images for FiftyOne: export csv or label-studio instead")
    numbers = {name: number for number, name in enumerate(results.dataset.class_names)}
    labels: dict[str, object] = {}
    for entry in results.ranking.to_dict("records"):
        key, verdict = _key(str(entry["sample_id"])), verdicts.get(str(entry["sample_id"]))
        if key in labels:
            raise DataError(f"two samples would be called {key!r} in FiftyOne; expected names that differ by more than "
                            "their suffix: rename one, or export csv")  # fmt: skip
        labels[key] = {
            "label": numbers[(verdict.label if verdict else "") or str(entry["given_label"])],
            "attributes": {
                "given_label": entry["given_label"],
                "suggested_label": entry["suggested_label"],
                "kind": entry["kind"],
                "suspiciousness": entry["suspiciousness"],
                "verdict": verdict.decision if verdict else "",
            },
        }
    save_json(path, {"classes": list(results.dataset.class_names), "labels": labels})
    return len(labels)


def _key(sample_id: str) -> str:
    name = PurePosixPath(sample_id)
    return str(name.with_suffix("")) if name.suffix.lower() in _SUFFIXES else sample_id
