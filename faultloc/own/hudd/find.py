"""The Python call: why a model errs on a test set."""

from collections.abc import Sequence

from torch import nn

from faultloc.errors import ConfigError, DataError
from faultloc.io.stores.scratch import scratch_arrays
from faultloc.methods.hudd.errors import find_errors, require_errors
from faultloc.own.dataset import Transform, adopt_dataset
from faultloc.own.hudd.causes import find_causes
from faultloc.own.hudd.found import RootCausesFound
from faultloc.own.hudd.settings import choose_settings
from faultloc.own.kept_folder import KeptFolder
from faultloc.own.model_outputs import outputs_of_model
from faultloc.own.renumbered_classes import check_renumbered
from faultloc.probes.predictions import predict
from faultloc.runtime import choose_device, worker_count
from faultloc.settings_check import check_number
from faultloc.subject.architecture import check_outputs
from faultloc.subject.batches import as_tensor
from faultloc.subject.examination import Bar, Examination, Execution, no_bar
from faultloc.subject.image_encoder import ImageEncoder
from faultloc.subject.normalisation import NormalisedNetwork


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

    ``preset`` is `default`, `heatmaps`, `encoder`, `paper` or `released`; ``layer`` and ``clusters`` say otherwise than
    it does by which layer, and into how many. With the preset `encoder` another network may read the images, an
    ``encoder`` trained on ImageNet, for which they are brought to its size and scale. The model is not changed, and
    left on the device and in the mode that it came in.

    Raises:
        ConfigError: there is no such preset or number of clusters.
        DataError: the data set cannot be read, or the model makes fewer than two errors on it.
        ModelError: the model does not take the inputs, is no classifier, has no such layer, or cannot be traced for
            its relevance.
    """
    settings = choose_settings(preset, layer=layer, clusters=clusters)
    if encoder is not None and settings.heatmaps.evidence != "features":
        raise ConfigError(f"there is an encoder, and the preset {preset!r} reads the model; expected preset='encoder'")
    check_number("batch_size", batch_size, at_least=1, whole=True)
    chosen, folder = choose_device(device, "device"), KeptFolder()
    outputs_of = outputs_of_model(model, chosen, mean, std)
    samples = adopt_dataset(dataset, class_names, folder.path / "test", transform, outputs_of)
    more = (
        None
        if improvement is None
        else adopt_dataset(improvement, class_names, folder.path / "improvement", transform, outputs_of).dataset
    )
    test = samples.dataset
    if not len(test):
        raise DataError("the data set has no samples; expected a test set on which the model errs")
    network = model if mean is None and std is None else NormalisedNetwork(model, mean or [0.0], std or [1.0])
    origin = next((parameter.device for parameter in model.parameters()), chosen)
    try:
        network.to(chosen)
        check_outputs(network, as_tensor(test.inputs[:2], chosen), len(test.class_names))
        execution = Execution(workers=worker_count(chosen), allocate=scratch_arrays(folder.path), bar=bar)
        reader = None if encoder is None else ImageEncoder(encoder).to(chosen)
        examination = Examination(network, test, 0, chosen, batch_size, execution=execution, encoder=reader)
        logits = predict(network, test, chosen, batch_size=batch_size).outputs
        check_renumbered(logits, test.labels, test.class_names)
        errors = find_errors(logits, test.labels)
        require_errors(errors, len(test))
        return find_causes(examination, errors, settings, improvement=more, texts=samples.texts, kept_in=folder)
    finally:
        model.to(origin)
