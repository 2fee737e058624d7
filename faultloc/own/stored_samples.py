"""The samples of one's own as they are decoded once, into the folder `dataset` of the output."""

from collections.abc import Callable
from pathlib import Path

from faultloc.errors import DataError
from faultloc.io.datasets.reading_advice import COMMAND
from faultloc.io.datasets.remarks import describe_left_out, describe_remarks
from faultloc.io.samples import ClassOrder, SampleForm, store_samples
from faultloc.io.stores.artifacts import load_json
from faultloc.io.stores.dataset_store import load_dataset
from faultloc.own.samples import ListedSplits
from faultloc.report.shared.progress import count_bar
from faultloc.subject.splits import DatasetSplits

Say = Callable[[str], object]


def store_own_samples(output: Path, listed: ListedSplits, order: ClassOrder, form: SampleForm, say: Say) -> str:
    """Decodes the samples unless they lie in ``output`` already, says what was skipped; the digest of all.

    Raises:
        DataError: ``output`` holds verdicts on other samples, or too many files are damaged.
    """
    folder = output / "dataset"
    before = load_json(folder / "digest.json")["digest"] if (folder / "digest.json").exists() else None
    with count_bar("reading", len(listed), 0) as read, count_bar("decoding", len(listed), 1) as decoded:
        digest = store_samples(
            folder,
            listed.train,
            order,
            form,
            test=listed.test,
            improvement=listed.improvement,
            on_read=read,
            on_decoded=decoded,
            on_change=lambda: _refuse_to_mix(output),
        )
    if digest == before:
        say("The data are as in the last run: nothing is decoded again.")
    for sentence in describe_reading(output):
        say(f"{sentence}.")
    return digest


def describe_reading(output: Path) -> list[str]:
    """What is to be said of the files that were read into ``output``: those that are skipped or left out, and those
    that were taken in a way that may not be meant."""
    folder, sentences = output / "dataset", []
    named = load_json(folder / "skipped.json")
    skipped, left_out = (
        [(entry["sample_id"], entry["reason"]) for entry in named.get(kind, [])] for kind in ("skipped", "left_out")
    )
    if skipped:
        sentences.append(f"{describe_left_out(skipped, 'skipped')}; {folder}/skipped.json names them all")
    if left_out:
        sentences.append(f"{describe_left_out(left_out)}; {folder}/skipped.json names them all")
    if (folder / "remarks.json").exists():
        said = load_json(folder / "remarks.json")
        words = describe_remarks(said["to_be_turned"], said["first_frames"], COMMAND.turn, said.get("cut_off", []))
        sentences += [words] if words else []
    return sentences


def load_own_samples(output: Path) -> DatasetSplits:
    """The samples that lie in ``output``, inputs memory-mapped."""
    return load_dataset(output / "dataset")


def _refuse_to_mix(output: Path) -> None:
    if (output / "verdicts.sqlite").exists():
        raise DataError(
            f"{output} holds verdicts on other data, or on these before they changed or as other options read them "
            "(such as --img_size, --transform or --classes); expected a folder for these alone: give another --output, "
            "or the options of that run"
        )
