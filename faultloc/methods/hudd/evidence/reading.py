"""Reads what the layers say of the errors, of the kind that is asked for."""

from faultloc.methods.hudd.errors import Errors
from faultloc.methods.hudd.evidence.deviation import deviations, mean_of_sound
from faultloc.methods.hudd.evidence.layer_evidence import Evidence
from faultloc.methods.hudd.evidence.layers import evidence_layers, last_convolution
from faultloc.methods.hudd.evidence.relevance import heatmaps
from faultloc.methods.hudd.settings import EvidenceSettings
from faultloc.probes.activations import read_activations
from faultloc.subject.batches import as_tensor
from faultloc.subject.examination import Examination


def read_evidence(examination: Examination, errors: Errors, settings: EvidenceSettings) -> Evidence:
    """What the layers say of the errors among the samples that are examined.

    Raises:
        ModelError: there is no such layer, or the network cannot be traced for its relevance.
        TrainingError: a layer holds a number that is not finite.
    """
    network, batch_size = examination.network, examination.batch_size
    inputs = examination.inputs
    if settings.evidence == "features":
        layer = settings.layers[0] if settings.layers else None
        wrong = inputs[as_tensor(errors.places, inputs.device)]
        rows = read_activations(examination.reader, wrong, layer, batch_size=batch_size)
        name = layer or ("the encoder" if examination.encoder is not None else "the input of the last linear layer")
        return Evidence({name: rows}, name)
    layers = evidence_layers(network, inputs[:2], settings.layers)
    last = last_convolution(network, layers)
    if settings.evidence == "relevance":
        wrong, allocate = inputs[as_tensor(errors.places, inputs.device)], examination.execution.allocate
        return Evidence(
            heatmaps(network, wrong, layers, rule=settings.rule, batch_size=batch_size, allocate=allocate), last
        )
    outputs = 1 + int(max(errors.labels.max(initial=0), errors.taken_for.max(initial=0)))
    sound = mean_of_sound(
        network,
        inputs,
        errors.correct,
        errors.taken_for,
        layers,
        outputs=outputs,
        batch_size=batch_size,
    )
    found = deviations(network, inputs, errors.places, errors.labels, sound, layers, batch_size=batch_size)
    return Evidence(found, last)
