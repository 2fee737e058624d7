"""Decoding a data set once, into arrays on disk that are mapped into memory afterwards."""

import hashlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from faultloc.errors import DataError
from faultloc.io.datasets.image_files import decode_images
from faultloc.io.datasets.opened_image import UnreadableImageError
from faultloc.io.datasets.reading_advice import COMMAND
from faultloc.io.datasets.remarks import Remarks
from faultloc.io.samples.class_order import ClassOrder
from faultloc.io.samples.form import SampleForm
from faultloc.io.samples.listing import SampleListing, Skipped, check_skipped
from faultloc.io.samples.texts import encode_texts_of
from faultloc.io.samples.transformed import store_transformed
from faultloc.io.stores.artifacts import load_json, save_json, written_whole
from faultloc.io.stores.contents_store import (
    content_of_file,
    content_of_text,
    forget_contents,
    has_contents,
    save_contents,
)
from faultloc.io.stores.dataset_store import find_split, load_train, save_dataset
from faultloc.subject.dataset import LabeledDataset
from faultloc.subject.splits import SPLITS, DatasetSplits, Split

_ROWS_AT_ONCE = 1024

Progress = Callable[[int], object]


def _contents_of(listing: SampleListing, on_read: Progress) -> list[bytes]:
    contents = []
    for entry in listing.inputs:
        contents.append(content_of_text(entry) if isinstance(entry, str) else _content_of_file(entry))
        on_read(1)
    return contents


def _content_of_file(path: Path) -> bytes:
    try:
        return content_of_file(path)
    except OSError:
        return b"unreadable"  # decoding says more about it


def _content_digest(listing: SampleListing, contents: Sequence[bytes], order: ClassOrder, form: SampleForm) -> str:
    """A hash of the samples' ids, labels and contents, of the classes and of the form: when it is the same, all is."""
    digest = hashlib.blake2b(digest_size=16)
    for part in (listing.kind, repr(order.class_names), form.digest()):
        digest.update(part.encode() + b"\0")
    for content, name, sample_id in zip(contents, listing.given_names, listing.sample_ids, strict=True):
        digest.update(f"{sample_id}\0{name}\0".encode(errors="surrogateescape"))
        digest.update(content)
    return digest.hexdigest()


def store_samples(
    folder: Path,
    listing: SampleListing,
    order: ClassOrder,
    form: SampleForm,
    *,
    test: SampleListing | None = None,
    improvement: SampleListing | None = None,
    on_read: Progress = lambda samples: None,
    on_decoded: Progress = lambda samples: None,
    on_change: Callable[[], object] = lambda: None,
) -> str:
    """Decodes the samples into ``folder`` as `save_dataset` leaves them, unless they lie there already; their digest.

    Damaged images are left out and named in `skipped.json`, with those that the listing skipped, and beside them what
    it left out; `remarks.json` names the images of which there is something to say. ``on_change`` is called before
    other samples that lie there are replaced, and may raise.

    Raises:
        DataError: more than one in a hundred images are damaged, or those that are read do not fit together.
    """
    given: dict[Split, SampleListing | None] = {"train": listing, "test": test, "improvement": improvement}
    parts = {name: part for name, part in given.items() if part is not None}
    contents = {name: _contents_of(part, on_read) for name, part in parts.items()}
    digest = "-".join(_content_digest(part, contents[name], order, form) for name, part in parts.items())
    by_id = dict(zip(listing.sample_ids, contents["train"], strict=True))
    key = folder / "digest.json"
    left_out = [entry for part in parts.values() for entry in part.left_out]
    if key.exists() and load_json(key).get("digest") == digest:
        if (folder / "skipped.json").exists():  # what is no sample may be another than before
            _save_skipped(folder, load_json(folder / "skipped.json")["skipped"], left_out)
        if not has_contents(folder):  # decoded by an earlier version
            save_contents(folder, load_train(folder).sample_ids.tolist(), by_id)
        return digest
    if any(find_split(folder, name) is not None for name in SPLITS):
        on_change()
    key.unlink(missing_ok=True)
    forget_contents(folder)
    folder.mkdir(parents=True, exist_ok=True)
    decoded = {name: _decode(folder, name, part, order, form, on_decoded) for name, part in parts.items()}
    train = decoded["train"].dataset
    others = {name: decoded[name].dataset if name in decoded else None for name in ("test", "improvement")}
    texts = tuple(str(text) for text in listing.inputs) if listing.kind == "texts" else ()
    words = tuple(form.vocabulary)
    save_dataset(folder, DatasetSplits(train, others["test"], words, texts, improvement=others["improvement"]))
    if texts and not form.vocabulary:
        save_json(folder / "text.json", {"texts": list(texts), "vocabulary": []})
    skipped = [entry for name, part in parts.items() for entry in (*part.skipped, *decoded[name].skipped)]
    _save_skipped(folder, _as_records(skipped), left_out)
    remarks = {
        "to_be_turned": [name for one in decoded.values() for name in one.to_be_turned],
        "first_frames": [name for one in decoded.values() for name in one.first_frames],
        "cut_off": [name for one in decoded.values() for name in one.cut_off],
    }
    save_json(folder / "remarks.json", remarks)
    save_contents(folder, train.sample_ids.tolist(), by_id)
    save_json(key, {"digest": digest})
    return digest


@dataclass(frozen=True)
class _Decoded:
    """The samples that could be read; those that could not, with the reason; and the ids that remarks are about."""

    dataset: LabeledDataset
    skipped: list[Skipped]
    to_be_turned: list[str]
    first_frames: list[str]
    cut_off: list[str]


def _decode(
    folder: Path, name: Split, listing: SampleListing, order: ClassOrder, form: SampleForm, on_decoded: Progress
) -> _Decoded:
    path = folder / name / "inputs.npy"
    path.parent.mkdir(parents=True, exist_ok=True)
    unreadable: dict[int, str] = {}
    remarks = Remarks()

    def skip(index: int, error: UnreadableImageError) -> None:
        unreadable[index] = error.reason

    try:
        _write_inputs(path, listing, form, skip, on_decoded, remarks)
    except DataError:
        if len(unreadable) < len(listing):
            raise
    skipped = [(listing.sample_ids[index], unreadable[index]) for index in sorted(unreadable)]
    if skipped:  # named all at once, also where they are too many
        _save_skipped(folder, _as_records(skipped), listing.left_out)
    check_skipped(skipped, len(listing) + len(listing.skipped), folder / "skipped.json")
    kept = np.setdiff1d(np.arange(len(listing)), sorted(unreadable))
    if unreadable:
        _compact(path, kept)
    dataset = LabeledDataset(
        np.load(path, mmap_mode="c", allow_pickle=False),
        order.labels_of(listing.given_names)[kept],
        np.array(listing.sample_ids, dtype=np.str_)[kept],
        order.class_names,
    )
    turned, framed, cut = (
        [listing.sample_ids[index] for index in sorted(places)]
        for places in (remarks.to_be_turned, remarks.first_frames, remarks.cut_off)
    )
    return _Decoded(dataset, skipped, turned, framed, cut)


def _write_inputs(
    path: Path,
    listing: SampleListing,
    form: SampleForm,
    skip: Callable[[int, UnreadableImageError], object],
    on_decoded: Progress,
    remarks: Remarks,
) -> None:
    if form.transform is not None:
        store_transformed(path, listing, form, skip, on_decoded, remarks)
    elif listing.kind == "texts":
        with written_whole(path) as temporary, temporary.open("wb") as file:
            np.save(file, encode_texts_of([str(text) for text in listing.inputs], form), allow_pickle=False)
        on_decoded(len(listing))
    else:
        with written_whole(path) as temporary:

            def allocate(shape: tuple[int, ...]) -> np.ndarray:
                return np.lib.format.open_memmap(temporary, mode="w+", dtype=np.uint8, shape=shape)

            paths = [Path(entry) for entry in listing.inputs]
            decode_images(
                paths,
                size=form.size,
                channels=form.channels,
                allocate=allocate,
                on_unreadable=skip,
                on_opened=remarks.hear,
                on_decoded=on_decoded,
                advice=COMMAND,
            )


def _as_records(skipped: Sequence[Skipped]) -> list[dict[str, str]]:
    return [{"sample_id": name, "reason": reason} for name, reason in skipped]


def _save_skipped(folder: Path, skipped: Sequence[dict[str, str]], left_out: Sequence[Skipped]) -> None:
    save_json(folder / "skipped.json", {"skipped": list(skipped), "left_out": _as_records(left_out)})


def _compact(path: Path, kept: np.ndarray) -> None:
    """Keeps the rows ``kept`` of the array at ``path``, a block at a time."""
    if not len(kept):
        raise DataError("no sample could be read: check the files")
    whole = np.load(path, mmap_mode="r", allow_pickle=False)
    with written_whole(path) as temporary:
        fewer = np.lib.format.open_memmap(temporary, mode="w+", dtype=whole.dtype, shape=(len(kept), *whole.shape[1:]))
        for start in range(0, len(kept), _ROWS_AT_ONCE):
            rows = kept[start : start + _ROWS_AT_ONCE]
            fewer[start : start + len(rows)] = whole[rows]
        fewer.flush()
