"""Evidence by which images that nobody has labelled yet are compared with the errors."""

import numpy as np
import torch
from jaxtyping import Float, Shaped
from torch import Tensor

from faultloc.methods.hudd.errors import Errors
from faultloc.methods.hudd.evidence.deviation import held_by
from faultloc.methods.hudd.evidence.relevance import heatmaps
from faultloc.methods.hudd.settings import EvidenceSettings
from faultloc.probes.activations import read_activations
from faultloc.subject.examination import Examination


def comparable_evidence(
    examination: Examination,
    errors: Errors,
    images: Shaped[Tensor, "image ..."],
    settings: EvidenceSettings,
    layer: str,
) -> tuple[Float[np.ndarray, "image ..."], Float[np.ndarray, "error ..."]]:
    """What ``layer`` says of the ``images``, and of the ``errors`` of what is examined, on one scale.

    Where errors are clustered by deviations, both are what the layer holds. An image deviates from the sound samples of
    its class, which nobody knows yet; beside each error it is taken to be of that error's class, and then the sound
    samples' mean drops out of the difference.

    Raises:
        ModelError, TrainingError: as `read_evidence` does.
    """
    network, batch_size = examination.network, examination.batch_size
    wrong = examination.inputs[torch.from_numpy(errors.places).to(images.device)]
    if settings.evidence == "features":
        named = settings.layers[0] if settings.layers else None
        of_images, of_errors = (
            read_activations(examination.reader, each, named, batch_size=batch_size) for each in (images, wrong)
        )
        return of_images, of_errors
    if settings.evidence == "relevance":
        of_images, of_errors = (
            heatmaps(network, each, [layer], rule=settings.rule, batch_size=batch_size)[layer]
            for each in (images, wrong)
        )
        return of_images, of_errors
    of_images, of_errors = (held_by(network, each, layer, batch_size=batch_size) for each in (images, wrong))
    return of_images, of_errors
