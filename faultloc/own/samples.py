"""The samples that options name: which they are, and in which form they are kept."""

from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
from jaxtyping import Shaped

from faultloc.errors import ConfigError, DataError
from faultloc.io.datasets.file_names import shown_name, why_not_kept
from faultloc.io.datasets.folder_layout import require_classes, sets_among_classes, unread_set, why_unlabelled
from faultloc.io.datasets.image_files import decode_images
from faultloc.io.datasets.opened_image import UnreadableImageError
from faultloc.io.datasets.reading_advice import COMMAND
from faultloc.io.datasets.shown_cell import shown_cell
from faultloc.io.samples import SampleForm, SampleListing, list_folder, list_pool, list_table
from faultloc.io.samples.texts import encode_texts_of, read_vocabulary
from faultloc.io.samples.transformed import apply_transform, find_transform
from faultloc.own.options import DataOptions

# Files that are tried until one can be read.
_TRIED = 100
# Images all over the data set that the first one is compared with.
_COMPARED = 32


@dataclass(frozen=True)
class ListedSplits:
    """The samples to examine, and those of the other sets where a folder has them; ``notes`` are sentences on how the
    folders were taken."""

    train: SampleListing
    test: SampleListing | None = None
    improvement: SampleListing | None = None
    notes: tuple[str, ...] = ()

    def __len__(self) -> int:
        return sum(len(part) for part in (self.train, self.test, self.improvement) if part is not None)


def list_own_samples(options: DataOptions) -> ListedSplits:
    """The samples that ``options`` name, before any of them is read.

    Raises:
        DataError: there are none, or they cannot be listed.
        ConfigError: an option is about images and they are texts, or the other way round.
    """
    if not options.dataset.exists():
        raise DataError(
            f"{options.dataset} does not exist; expected a folder with {options.image_set}/<class>/ in it, or a CSV "
            "file: check --dataset"
        )
    if why_not_kept(str(options.dataset)):
        raise DataError(
            f"the path {shown_name(str(options.dataset))} has control characters or bytes that are not UTF-8 in it, "
            "which the results cannot keep; expected a name that can be printed: rename the folder"
        )
    _require_named_test_set(options)
    if options.is_table:
        table = list_table(
            options.dataset,
            input_column=options.input_column,
            label_column=options.label_column,
            classes_file=options.classes,
            follow_links=options.follow_links,
        )
        _require_two_classes(table, options)
        _require_use(table, options)
        return ListedSplits(table, notes=table.notes)
    root, follow = options.dataset, options.follow_links
    require_classes(root, root / options.image_set, COMMAND)
    named = (options.held_out_set, options.improvement_set, options.pool_set)
    others = sets_among_classes(root, options.image_set, [name for name in named if name])
    train = list_folder(root, options.image_set, options.classes, follow_links=follow, without=others)
    _require_two_classes(train, options)
    test, test_notes = _other_set(options, options.held_out_set, "--test_set", train)
    unread = unread_set(root, options.image_set, train.class_names, COMMAND) if test is None else ""
    listed = ListedSplits(train, test, notes=(*train.notes, *test_notes, *([unread] if unread else [])))
    if options.pool_set is not None:
        return replace(listed, improvement=list_pool(root, options.pool_set, train, follow_links=follow))
    if options.improvement_set is None:
        return listed
    improvement, notes = _other_set(options, options.improvement_set, "--improvement_set", train)
    return replace(listed, improvement=improvement, notes=(*listed.notes, *notes))


def _require_named_test_set(options: DataOptions) -> None:
    if options.test_set is None:
        return
    if options.is_table:
        raise DataError(
            f"--test_set is {options.test_set!r}, and {options.dataset} is a table, which has no sets; expected it "
            "with a folder: leave it out"
        )
    folder = options.dataset / options.test_set
    if not folder.is_dir():
        raise DataError(
            f"{options.dataset} has no folder {options.test_set}; expected the held-out set there, "
            f"{options.test_set}/<class>/*, as --test_set names it: mend the name, or leave the option out"
        )
    if folder.resolve() == (options.dataset / options.image_set).resolve():
        raise DataError(
            f"--test_set is {options.test_set!r} and --image_set {options.image_set!r}, the same folder; expected a "
            "held-out set of other samples than those that are examined: name another one, or leave --test_set out"
        )


def _require_two_classes(listing: SampleListing, options: DataOptions) -> None:
    if len(set(listing.given_names)) > 1:
        return
    place = "the column of labels (--label_column)" if options.is_table else "--dataset and --image_set"
    raise DataError(
        f"all {len(listing):,} {listing.kind} of {options.dataset} have the label "
        f"{shown_cell(listing.given_names[0])!r}; expected two classes or more: check {place}"
    )


def _require_use(table: SampleListing, options: DataOptions) -> None:
    """Raises ConfigError for an option about images where the table is of texts, and the other way round."""
    if table.kind == "texts" and options.img_size is not None:
        raise ConfigError(
            f"--img_size is given, and {options.dataset} is a table of texts; expected it with images: leave it out, "
            "or name the column of their paths with --input_column"
        )
    if table.kind == "images" and options.vocabulary is not None:
        raise ConfigError(
            f"--vocabulary is given, and {options.dataset} is a table of images; expected it with texts: leave it out, "
            "or name the column of the texts with --input_column"
        )


def _other_set(
    options: DataOptions, name: str, option: str, train: SampleListing
) -> tuple[SampleListing | None, tuple[str, ...]]:
    """The set of this name, None where there is none or where it has no labels, and what is to be said of that."""
    if name == options.image_set or not (options.dataset / name).is_dir():
        return None, ()
    why_none = why_unlabelled(options.dataset / name, train.class_names)
    if why_none and name == options.held_out_set:  # a set for improvement is asked for, and has to have labels
        return None, (f"{options.dataset / name} is left alone: {why_none}",)
    listing = list_folder(options.dataset, name, options.classes, follow_links=options.follow_links)
    unknown = sorted(set(listing.given_names) - set(train.class_names))
    if unknown:
        raise DataError(
            f"the class {unknown[0]!r} of {options.dataset / name} is none of {options.image_set}/, which "
            f"has {', '.join(train.class_names[:10])}: remove it, or name another {option}"
        )
    return listing, listing.notes


def _raise_of_first(index: int, error: UnreadableImageError) -> None:
    if index == 0:
        raise error


def example_input(listing: SampleListing, form: SampleForm) -> Shaped[np.ndarray, "..."]:
    """The first sample that can be read, as the model takes it.

    Raises:
        DataError: none of the first hundred can be read, or it is of another size than others.
    """
    first: UnreadableImageError | None = None
    for entry, name in zip(listing.inputs[:_TRIED], listing.sample_ids, strict=False):
        try:
            if form.transform is not None:
                return apply_transform(form, entry, name)
            if isinstance(entry, str):
                return encode_texts_of([entry], form)[0]
            # Others beside it: were it the odd one, the model would be blamed for its size.
            beside = listing.inputs[:: max(1, len(listing) // _COMPARED)] if form.size is None else []
            return decode_images(
                [entry, *map(Path, beside)],
                size=form.size,
                channels=form.channels,
                on_unreadable=_raise_of_first,
                advice=COMMAND,
            )[0]
        except UnreadableImageError as error:
            first = first or error
    tried = min(_TRIED, len(listing))
    raise DataError(f"none of the first {tried} files can be read, for example: {first}")


def sample_form(options: DataOptions) -> SampleForm:
    """In which form the samples are kept.

    Raises:
        ConfigError: the transform cannot be imported.
        DataError: the vocabulary cannot be read.
    """
    if options.max_tokens < 1:
        raise ConfigError(f"--max_tokens is {options.max_tokens}; expected 1 or more")
    size = options.img_size
    transform, digest = find_transform(options.transform) if options.transform else (None, "")
    words, tokenizer = read_vocabulary(options.vocabulary) if options.vocabulary else ((), "")
    return SampleForm(
        size=None if size is None else size[:2],
        channels=None if size is None else size[2],
        vocabulary=words,
        tokenizer=tokenizer,
        max_tokens=options.max_tokens,
        transform=transform,
        transform_digest=digest,
    )
