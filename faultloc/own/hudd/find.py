"""The Python call: why a model errs on a test set."""

import warnings
from collections.abc import Sequence
from pathlib import Path

from torch import nn

from faultloc.errors import ConfigError, DataError
from faultloc.io.stores.scratch import scratch_arrays
from faultloc.methods.hudd.errors import find_errors, require_errors
from faultloc.own.better_order import find_better_order
from faultloc.own.class_order_check import plain_order_error, python_advice
from faultloc.own.classes_at_hand import in_order_of_outputs
from faultloc.own.classifier import classifier_at_hand, network_at_hand
from faultloc.own.dataset import Transform, adopt_dataset
from faultloc.own.hudd.causes import find_causes
from faultloc.own.hudd.found import RootCausesFound
from faultloc.own.hudd.settings import choose_settings
from faultloc.own.hudd.wording import IN_PYTHON
from faultloc.own.kept_folder import KeptFolder
from faultloc.own.model_outputs import outputs_of_model
from faultloc.own.processor_transform import as_transform
from faultloc.own.renumbered_classes import check_renumbered
from faultloc.own.reworded import reworded
from faultloc.probes.predictions import predict
from faultloc.runtime import choose_device, worker_count
from faultloc.settings_check import check_number
from faultloc.subject.examination import Bar, Examination, Execution, no_bar
from faultloc.subject.image_encoder import ImageEncoder


def find_root_causes(
    model: nn.Module,
    dataset: object,
    *,
    improvement: object = None,
    preset: str = "default",
    layer: str | None = None,
    clusters: int | None = None,
    encoder: nn.Module | None = None,
    class_names: Sequence[str] | None = None,
    classes: Sequence[str] | Path | None = None,
    trust_classes: bool = False,
    transform: Transform | None = None,
    mean: Sequence[float | int] | None = None,
    std: Sequence[float | int] | None = None,
    batch_size: int = 256,
    device: str = "auto",
    bar: Bar = no_bar,
) -> RootCausesFound:
    """The root causes of the errors that ``model`` makes on ``dataset``, samples that it was not trained on.

    ``dataset`` is a torch `Dataset` of (input, label) or of dictionaries, a `DataLoader` of one, a Hugging Face
    `Dataset`, a pandas `DataFrame`, a pair of arrays (inputs, labels) or a `LabeledDataset`, read as by
    ``locate_data_faults``; so is ``improvement``, more samples, of which the unsafe ones are named. An error is a
    sample whose largest logit is not that of its label; errors that a layer of the model says the same of are in one
    cluster, which is taken for a root cause.

    ``classes`` and ``trust_classes`` are as for ``locate_data_faults``; what is noticed of the model's answers is
    warned of as there.

    ``preset`` is `default`, `heatmaps`, `encoder`, `paper` or `released`; ``layer`` and ``clusters`` say otherwise than
    it does by which layer, and into how many. With the preset `encoder` another network may read the images, an
    ``encoder`` trained on ImageNet, for which they are brought to its size and scale. The model is not changed, and
    left on the device and in the mode that it came in.

    Raises:
        ConfigError: there is no such preset or number of clusters.
        DataError: the data set cannot be read, or the model makes fewer than two errors on it.
        ClassOrderError: the outputs plainly stand for the classes in another order, which is its ``classes``.
        ModelError: the model does not take the inputs, is no classifier, has no such layer, or cannot be traced for
            its relevance.
    """
    settings = choose_settings(preset, layer=layer, clusters=clusters)
    if encoder is not None and settings.heatmaps.evidence != "features":
        raise ConfigError(f"there is an encoder, and the preset {preset!r} reads the model; expected preset='encoder'")
    check_number("batch_size", batch_size, at_least=1, whole=True)
    chosen, folder = choose_device(device, "device"), KeptFolder()
    outputs_of = outputs_of_model(model, chosen, mean, std)
    samples = adopt_dataset(dataset, class_names, folder.path / "test", as_transform(transform), outputs_of)
    more = (
        None
        if improvement is None
        else in_order_of_outputs(
            adopt_dataset(
                improvement, class_names, folder.path / "improvement", as_transform(transform), outputs_of
            ).dataset,
            classes,
            model,
        ).dataset
    )
    test = in_order_of_outputs(samples.dataset, classes, model).dataset
    if not len(test):
        raise DataError("the data set has no samples; expected a test set on which the model errs")
    given = network_at_hand(model, test.inputs)
    origin = next((parameter.device for parameter in given.parameters()), chosen)
    try:
        classifier = classifier_at_hand(given, test, chosen, mean=mean, std=std)
        for note in classifier.notes:
            warnings.warn(note, stacklevel=2)
        network = classifier.network
        execution = Execution(workers=worker_count(chosen), allocate=scratch_arrays(folder.path), bar=bar)
        reader = None if encoder is None else ImageEncoder(encoder).to(chosen)
        examination = Examination(network, test, 0, chosen, batch_size, execution=execution, encoder=reader)
        logits = predict(network, test, chosen, batch_size=batch_size).outputs
        if classes is None and not trust_classes:
            check_renumbered(logits, test.labels, test.class_names)
        better = None if trust_classes else find_better_order(logits, test.labels, test.class_names)
        if better is not None and better.is_plain:
            raise python_advice(plain_order_error(logits, test.labels, better))
        errors = find_errors(logits, test.labels)
        require_errors(errors, len(test))
        with reworded(IN_PYTHON):
            return find_causes(examination, errors, settings, improvement=more, texts=samples.texts, kept_in=folder)
    finally:
        given.to(origin)
