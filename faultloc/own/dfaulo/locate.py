"""The Python call: which samples of a data set are mislabelled or do not belong, by a model trained on it."""

import warnings
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from jaxtyping import Float
from torch import nn

from faultloc.errors import ClassOrderError, ConfigError
from faultloc.io.datasets.check import check_labels
from faultloc.io.stores.scratch import scratch_arrays
from faultloc.own.class_order_check import PYTHON, check_class_order, python_advice
from faultloc.own.classes_at_hand import in_order_of_outputs
from faultloc.own.classifier import classifier_at_hand, network_at_hand
from faultloc.own.dataset import Transform, adopt_dataset
from faultloc.own.dfaulo.arguments import check_arguments
from faultloc.own.dfaulo.found import DataFaults
from faultloc.own.dfaulo.ranking import ask_mutants, rank_by_default, rank_by_paper
from faultloc.own.dfaulo.settings import LocateSettings, Scorer
from faultloc.own.kept_folder import KeptFolder
from faultloc.own.layer_names import layer_of
from faultloc.own.model_outputs import outputs_of_model
from faultloc.own.processor_transform import as_transform
from faultloc.own.renumbered_classes import check_renumbered
from faultloc.own.training_record.given import GivenRecord, record_at_hand
from faultloc.runtime import choose_device, worker_count
from faultloc.subject.examination import Bar, Examination, Execution, no_bar

if TYPE_CHECKING:
    from faultloc.subject.recipe import TrainingRecipe


def locate_data_faults(
    model: nn.Module,
    dataset: object,
    *,
    recipe: "TrainingRecipe | None" = None,
    scorer: Scorer = "default",
    class_names: Sequence[str] | None = None,
    classes: Sequence[str] | Path | None = None,
    trust_classes: bool = False,
    transform: Transform | None = None,
    mean: Sequence[float | int] | None = None,
    std: Sequence[float | int] | None = None,
    record: GivenRecord | None = None,
    settings: LocateSettings | None = None,
    device: str = "auto",
    bar: Bar = no_bar,
) -> DataFaults:
    """How suspicious each sample of ``dataset`` is, by ``model``, which was trained on it.

    ``dataset`` is a torch `Dataset` of (input, label) or of dictionaries, a `DataLoader` of one, a Hugging Face
    `Dataset`, a pandas `DataFrame`, a pair of arrays (inputs, labels) or a `LabeledDataset`. Every sample is counted
    while it is read. Labels are indices of the model's outputs, and are checked against their number. uint8 images
    reach the model as floats in [0, 1], then less ``mean`` and divided by ``std`` (a number a channel) where those are
    given; other inputs as they are, and neither is taken with them: give the data set the transform of the model's
    evaluation, without random augmentation, or ``transform``, which is applied to each input (an image, a text); it may
    be an image processor of Hugging Face.

    The model answers with logits, one a class; where it gives probabilities, one number for two classes, or its logits
    among other things, that is noticed and warned of. ``classes`` are the names in the order of its outputs, or a file
    of them, where that is not the order of the data set's own ``class_names``. A model that agrees plainly better with
    the labels in another order is refused, unless ``trust_classes`` says that the order is right.

    The model is not changed, and left on the device and in the mode that it came in. Nothing is trained but small
    copies of its last layers. ``recipe``, how the model was trained, is for ``scorer="paper"`` alone, which fine-tunes
    mutants of it as published. ``record`` is what a `MarginRecorder` has kept of the model's training (the recorder,
    its `TrainingRecord` or the file); its labels have to be the data set's, in this order. ``bar`` opens progress bars
    (see ``faultloc.report.shared.progress.count_bar``).

    Raises:
        ConfigError: an argument is out of its range, or does not go with the others.
        DataError: the data set cannot be read, or the model knows hardly any of its labels.
        ClassOrderError: the outputs plainly stand for the classes in another order, which is its ``classes``.
        ModelError: the model does not take the inputs, has too few outputs or does not end in a linear layer.
        TrainingError: the model answers with what is no finite number, or training gives that.
    """
    check_arguments(scorer=scorer, recipe=recipe, record=record, settings=settings)
    settings = settings or LocateSettings()
    chosen = choose_device(device, "device")
    folder = KeptFolder()
    scratch = scratch_arrays(folder.path)
    outputs_of = outputs_of_model(model, chosen, mean, std)
    adopted = adopt_dataset(dataset, class_names, folder.path, as_transform(transform), outputs_of)
    ordered = in_order_of_outputs(adopted.dataset, classes, model)
    samples = replace(adopted, dataset=ordered.dataset)
    check_labels(samples.dataset)
    margins = None
    if record is not None:
        margins = record_at_hand(record, samples.dataset.labels).mean_margins
    given = network_at_hand(model, samples.dataset.inputs)
    origin = next((parameter.device for parameter in given.parameters()), chosen)

    def check_order(logits: Float[np.ndarray, "sample class"]) -> None:
        known = samples.dataset
        if classes is None and not trust_classes:
            check_renumbered(logits, known.labels, known.class_names)
        try:
            warning = check_class_order(logits, known.labels, known.class_names, trusted=trust_classes, ways_on=PYTHON)
        except ClassOrderError as error:
            raise python_advice(error) from error
        if warning:
            warnings.warn(warning, stacklevel=3)

    try:
        classifier = classifier_at_hand(given, samples.dataset, chosen, mean=mean, std=std)
        for note in classifier.notes:
            warnings.warn(note, stacklevel=2)
        network = classifier.network
        examination = Examination(
            network,
            samples.dataset,
            settings.seed,
            chosen,
            settings.batch_size,
            None if settings.hook_layer is None else layer_of(network, settings.hook_layer),
            Execution(workers=worker_count(chosen), allocate=scratch, bar=bar),
        )
        if scorer == "paper":
            assert recipe is not None  # by check_arguments
            if not any(weight.requires_grad for weight in network.parameters()):
                raise ConfigError(
                    "scorer='paper' trains the model on, and all of its weights are frozen; expected some that are "
                    "not: call model.requires_grad_(True)"
                )
            ranking, mutants = rank_by_paper(examination, recipe, settings, on_logits=check_order)
            summary: dict[str, object] = {"samples": len(samples.dataset)}
            evidence = None
        else:
            examined = ask_mutants(examination, settings, on_logits=check_order)
            evidence = replace(examined.evidence, margins=margins)
            ranking, found = rank_by_default(samples.dataset, evidence, examined.predicted, settings, allocate=scratch)
            mutants, summary = examined.mutants, dict(found)
    finally:
        given.to(origin)
    places = {sample_id: place for place, sample_id in enumerate(samples.dataset.sample_ids)}
    ranking["index"] = np.array([places[name] for name in ranking["sample_id"]], dtype=np.int64)
    return DataFaults(
        ranking=ranking,
        summary=summary,
        dataset=samples.dataset,
        texts=samples.texts,
        evidence=evidence,
        mutants=mutants,
        kept_in=folder,
        given_classes=tuple(ordered.given_classes),
        labels_are_text=adopted.labels_are_text,
    )
