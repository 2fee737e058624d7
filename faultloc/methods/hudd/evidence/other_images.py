"""The evidence of other images than the errors, to be compared with theirs."""

import numpy as np
from jaxtyping import Float, Shaped
from torch import Tensor

from faultloc.methods.hudd.errors import Errors
from faultloc.methods.hudd.evidence.deviation import deviations, mean_of_sound
from faultloc.methods.hudd.evidence.relevance import heatmaps
from faultloc.methods.hudd.settings import EvidenceSettings
from faultloc.probes.activations import read_activations
from faultloc.subject.examination import Examination


def read_evidence_of_others(
    examination: Examination,
    errors: Errors,
    images: Shaped[Tensor, "image ..."],
    logits: Float[np.ndarray, "image output"],
    settings: EvidenceSettings,
    layer: str,
) -> Float[np.ndarray, "image ..."]:
    """What ``layer`` says of ``images``, as `read_evidence` says it of the ``errors`` of what is examined.

    ``logits`` are the network's of the images. Nobody has labelled them yet, so that they deviate from the sound
    samples of the class that the network says, where an error deviates from those of its own.

    Raises:
        ModelError, TrainingError: as `read_evidence` does.
    """
    network, batch_size = examination.network, examination.batch_size
    if settings.evidence == "features":
        return read_activations(network, images, settings.layers[0] if settings.layers else None, batch_size=batch_size)
    if settings.evidence == "relevance":
        return heatmaps(network, images, [layer], rule=settings.rule, batch_size=batch_size)[layer]
    sound = mean_of_sound(
        network,
        examination.inputs,
        errors.correct,
        errors.taken_for,
        [layer],
        outputs=logits.shape[1],
        batch_size=batch_size,
    )
    everyone = np.arange(len(images))
    return deviations(network, images, everyone, logits.argmax(1), sound, [layer], batch_size=batch_size)[layer]
