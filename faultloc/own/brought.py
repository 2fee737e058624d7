"""What a user has brought: a data set and a model, read, found to fit, and ready for any method."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path

import torch
from torch import nn

from faultloc.errors import DataError
from faultloc.io.datasets.check import check_labels
from faultloc.io.datasets.folder_layout import class_names_in, why_unlabelled
from faultloc.io.samples import ClassOrder, SampleListing, describe_absent, order_classes, stray_labels_told
from faultloc.io.stores.result_folder import require_writable
from faultloc.own.classifier import as_classifier, some_of
from faultloc.own.device import steady_device
from faultloc.own.model import OwnModel, read_own_model
from faultloc.own.options import DataOptions, ModelOptions
from faultloc.own.prepared import prepared_for_model
from faultloc.own.record import data_examined, model_examined
from faultloc.own.reworded import SIZE_OF_INPUTS, reworded
from faultloc.own.samples import example_input, list_own_samples, sample_form
from faultloc.own.stored_samples import Say, describe_reading, load_own_samples, store_own_samples
from faultloc.probes.answers import read_answers
from faultloc.subject.batches import as_tensor
from faultloc.subject.splits import DatasetSplits

_CLASSES_SHOWN = 12


@dataclass(frozen=True)
class Brought:
    """The sets of samples, decoded, their inputs memory-mapped and their labels in the order of the model's outputs;
    the model, on ``device``.

    ``digest`` tells one content of the samples from another, as ``model.digest`` does of the model. ``record`` is what
    `run.json` says of both, ``about`` what people are told of them, by heading. Results lie in ``folder``;
    ``trusts_classes`` says that the user calls the order of the classes right.
    """

    splits: DatasetSplits
    model: OwnModel
    device: torch.device
    class_order: ClassOrder
    digest: str
    record: Mapping[str, object]
    about: Mapping[str, str]
    folder: Path
    trusts_classes: bool = False

    @property
    def network(self) -> nn.Module:
        """The model, behind the scaling by ``mean`` and ``std``: it takes images in [0, 1]."""
        return self.model.network


def bring(data: DataOptions, given: ModelOptions, output: Path, say: Say, *, answers_classes: bool = True) -> Brought:
    """Reads the data set and the model, and stores the samples in the folder `dataset` of ``output``, unless they lie
    there from an earlier call.

    ``say`` hears what was found, line by line. What the model answers is not looked at: ``check_class_order`` tells
    whether its outputs mean the classes that they are taken for. A model that does not answer with classes (not
    ``answers_classes``) may return what it likes.

    Raises:
        DataError: the samples cannot be read, are of one class, or are of more classes than the model has outputs;
            ``output`` cannot be written.
        ModelError: the model cannot be read, or does not take the samples.
        ConfigError: an option is out of its range, or there is no such device.
    """
    device = steady_device(given.device, "--device")
    require_writable(output)
    form = sample_form(data)  # first, since the module of a transform may teach Pillow another format
    listed = list_own_samples(data)
    about = {"Data": _described(data, listed.train)}
    say(f"Data: {about['Data']}")
    for note in listed.notes:
        say(f"{note}.")
    prepared = prepared_for_model(data, given, form)
    form, given = prepared.form, prepared.given
    if prepared.note:
        say(prepared.note)
    example = example_input(listed.train, form)[None]
    with stray_labels_told(listed.train):
        model = read_own_model(
            given,
            num_classes=len(listed.train.class_names),
            example=example,
            vocabulary_size=len(form.vocabulary),
        )
    about["Model"] = f"{given.model}, {model.loaded.form}"
    say(f"Model: {about['Model']}")
    for note in model.loaded.notes:
        say(note)
    classes = len(listed.train.class_names)
    with reworded(SIZE_OF_INPUTS):
        outputs = (
            read_answers(model.network, torch.from_numpy(example), classes).outputs if answers_classes else classes
        )
    order = order_classes(listed.train, outputs, model.loaded.class_names)
    about["Classes"] = f"{_named(order)} (by {order.origin})"
    say(f"Classes, by {order.origin}: {_named(order)}")
    absent = describe_absent(order, listed.train.given_names, outputs)
    if absent:
        say(absent)
    digest = store_own_samples(output, listed, order, form, say)
    reading = describe_reading(output)
    if reading:
        about["Files"] = "; ".join(reading)
    splits = load_own_samples(output)
    check_labels(splits.train)
    if answers_classes:
        examples = as_tensor(some_of(splits.train.inputs), torch.device("cpu"))
        classifier = as_classifier(model.network, examples, len(splits.train.class_names))
        model = replace(model, network=classifier.network)
        for note in classifier.notes:
            say(note)
    model.network.to(device)
    record = {
        "dataset": data_examined(data, digest).record(),
        "model": model_examined(given, model.loaded.digest).record(),
    }
    return Brought(splits, model, device, order, digest, record, about, output, given.trust_classes)


def require_test_set(data: DataOptions, purpose: str) -> None:
    """Says that there is no test set before anything is decoded; ``purpose`` is what it is for.

    Raises:
        DataError: there is none.
    """
    if not data.dataset.exists():
        return  # about which there is another sentence
    if not data.is_table and data.held_out_set == data.image_set:
        raise DataError(
            f"--test_set and --image_set are both {data.image_set!r}; expected a test set, {purpose}, of other samples "
            "than those that the model was trained on: name another folder"
        )
    if data.is_table:
        found = "is a table"
    elif not (data.dataset / data.held_out_set).is_dir():
        found = f"has no folder {data.held_out_set}"
    else:
        why_none = why_unlabelled(data.dataset / data.held_out_set, class_names_in(data.dataset / data.image_set))
        if not why_none:
            return
        found = f"has a folder {data.held_out_set} without labels ({why_none})"
    raise DataError(
        f"{data.dataset} {found}; expected a test set, {data.held_out_set}/<class>/*, {purpose}, beside "
        f"{data.image_set}/: add it, or name another --test_set"
    )


def _described(data: DataOptions, listing: SampleListing) -> str:
    where = data.dataset if data.is_table else data.dataset / data.image_set
    return f"{where}, {len(listing):,} {listing.kind} in {len(listing.class_names)} classes"


def _named(order: ClassOrder) -> str:
    shown = [f"{number}={name}" for number, name in enumerate(order.class_names[:_CLASSES_SHOWN])]
    more = len(order.class_names) - len(shown)
    return ", ".join(shown) + (f" and {more} more" if more else "")
