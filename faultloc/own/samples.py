"""The samples that a command's options name."""

from dataclasses import dataclass
from pathlib import Path

import numpy as np
from jaxtyping import Shaped

from faultloc.errors import ConfigError, DataError
from faultloc.io.datasets.image_files import UnreadableImageError, decode_images
from faultloc.io.samples import SampleForm, SampleListing, list_folder, list_table
from faultloc.io.samples.texts import encode_texts_of, read_vocabulary
from faultloc.io.samples.transformed import apply_transform, find_transform

_TABLES = (".csv", ".csv.gz")
# Files that are tried until one can be read.
_TRIED = 100


@dataclass(frozen=True)
class FileOptions:
    """What the command line says of the data; see its help."""

    dataset: Path
    image_set: str
    test_set: str
    classes: Path | None
    image_size: tuple[int, int, int | None] | None
    transform: str | None
    vocabulary: Path | None
    max_tokens: int
    input_column: str | None
    label_column: str | None
    follow_links: bool

    @property
    def is_table(self) -> bool:
        """True for a CSV file, else a folder is meant."""
        return self.dataset.name.endswith(_TABLES) or self.dataset.is_file()


def list_own_samples(options: FileOptions) -> tuple[SampleListing, SampleListing | None]:
    """The samples to examine, and those of the held-out set where a folder has one.

    Raises:
        DataError: there are none, or they cannot be listed.
    """
    if not options.dataset.exists():
        raise DataError(
            f"{options.dataset} does not exist; expected a folder with {options.image_set}/<class>/ in it, or a CSV "
            "file: check --dataset"
        )
    if options.is_table:
        listing = list_table(
            options.dataset,
            input_column=options.input_column,
            label_column=options.label_column,
            classes_file=options.classes,
            follow_links=options.follow_links,
        )
        return listing, None
    listing = list_folder(options.dataset, options.image_set, options.classes, follow_links=options.follow_links)
    if options.test_set == options.image_set or not (options.dataset / options.test_set).is_dir():
        return listing, None
    test = list_folder(options.dataset, options.test_set, options.classes, follow_links=options.follow_links)
    unknown = sorted(set(test.given_names) - set(listing.class_names))
    if unknown:
        raise DataError(
            f"the class {unknown[0]!r} of {options.dataset / options.test_set} is none of {options.image_set}/, which "
            f"has {', '.join(listing.class_names[:10])}: remove it, or name another --test_set"
        )
    return listing, test


def example_input(listing: SampleListing, form: SampleForm) -> Shaped[np.ndarray, "..."]:
    """The first sample that can be read, as the model takes it.

    Raises:
        DataError: none of the first hundred can be read.
    """
    first: UnreadableImageError | None = None
    for entry, name in zip(listing.inputs[:_TRIED], listing.sample_ids, strict=False):
        try:
            if form.transform is not None:
                return apply_transform(form, entry, name)
            if isinstance(entry, str):
                return encode_texts_of([entry], form)[0]
            return decode_images([entry], size=form.size, channels=form.channels)[0]
        except UnreadableImageError as error:
            first = first or error
    raise DataError(f"none of the first {_TRIED} files can be read, for example: {first}")


def sample_form(options: FileOptions) -> SampleForm:
    """In which form the samples are kept.

    Raises:
        ConfigError: the transform cannot be imported.
        DataError: the vocabulary cannot be read.
    """
    if options.max_tokens < 1:
        raise ConfigError(f"--max_tokens is {options.max_tokens}; expected 1 or more")
    size = options.image_size
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
