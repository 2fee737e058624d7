"""The list with its verdicts for other programs, and verdicts from them."""

from collections.abc import Mapping
from pathlib import Path
from typing import Literal

from faultloc.errors import ConfigError, DataError
from faultloc.io.results_store import Results, load_results
from faultloc.review.csv_exchange import read_csv, write_csv
from faultloc.review.fiftyone import write_fiftyone
from faultloc.review.fingerprint import fingerprint
from faultloc.review.label_studio import read_label_studio, write_label_studio
from faultloc.review.verdict_store import FILE_NAME, VerdictStore
from faultloc.verdict import Verdict

Format = Literal["csv", "label-studio", "fiftyone"]


def export_verdicts(folder: Path, path: Path, wanted: str | None) -> str:
    """A sentence about what was written from the results in ``folder`` to ``path``, in the format ``wanted``.

    Raises:
        ConfigError: which format is meant is not clear.
        DataError: the results or the verdicts cannot be read, or do not fit the format.
    """
    format_ = _format(path, wanted)
    if path.resolve().is_relative_to(folder.resolve()) and path.name in ("ranking.csv", "summary.json", "run.json"):
        raise ConfigError(f"{path} belongs to the results; expected another file to write: choose another name")
    results = load_results(folder)
    store = VerdictStore(folder / FILE_NAME)
    store.check_about(fingerprint(results.dataset))
    return write_export(path, format_, results, store.current(), store.notes())


def write_export(
    path: Path, format_: Format, results: Results, verdicts: Mapping[str, Verdict], notes: Mapping[str, str]
) -> str:
    """A sentence about what was written of ``results`` to ``path``; ``verdicts`` and ``notes`` are by sample id.

    Raises:
        DataError: the samples do not fit the format.
    """
    if format_ == "csv":
        count = write_csv(path, results.ranking, verdicts, notes)
        return f"{count:,} samples, {len(verdicts):,} with a verdict, are in {path}"
    if format_ == "fiftyone":
        count = write_fiftyone(path, results, verdicts)
        return f"{count:,} labels are in {path}, in the layout of FiftyOneImageClassificationDataset"
    count, config = write_label_studio(path, results, verdicts)
    return f"{count:,} tasks are in {path}; the labelling interface that they need is in {config}"


def import_verdicts(folder: Path, path: Path, wanted: str | None) -> str:
    """A sentence about the verdicts that were taken from ``path``: all of them, or, after an error, none.

    Raises:
        ConfigError: which format is meant is not clear, or it cannot be read.
        DataError: the file names unknown samples or classes, or contradicts itself.
    """
    format_ = _format(path, wanted)
    if format_ == "fiftyone":
        raise ConfigError("verdicts cannot be read from FiftyOne's JSON; expected a CSV or Label Studio's JSON")
    if not path.is_file():
        raise DataError(f"there is no file {path}; expected verdicts to read")
    results = load_results(folder)
    read = read_csv if format_ == "csv" else read_label_studio
    try:
        given = read(path, results.dataset)
    except UnicodeDecodeError as error:
        raise DataError(f"{path} is not UTF-8 ({error.reason}); expected text in UTF-8: save it as such") from error
    store = VerdictStore(folder / FILE_NAME)
    store.belong_to(fingerprint(results.dataset))
    news = _news(given, store.current())
    store.give_all(news, by="import")
    known = f"; {len(given) - len(news):,} were known" if len(news) < len(given) else ""
    return f"{len(news):,} {'verdict was' if len(news) == 1 else 'verdicts were'} taken from {path}{known}"


def _news(given: Mapping[str, Verdict], known: Mapping[str, Verdict]) -> list[Verdict]:
    return [verdict for sample_id, verdict in given.items() if known.get(sample_id) != verdict]


def _format(path: Path, wanted: str | None) -> Format:
    if wanted == "csv" or (wanted is None and path.suffix.lower() == ".csv"):
        return "csv"
    if wanted == "label-studio":
        return "label-studio"
    if wanted == "fiftyone":
        return "fiftyone"
    raise ConfigError(
        f"{path.name} does not say which format it has; expected .csv, or --format with csv, label-studio or fiftyone"
    )
