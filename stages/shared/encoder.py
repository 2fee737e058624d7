"""Another network that reads the images, where the parameters name one."""

from dataclasses import replace
from pathlib import Path

from faultloc.methods.hudd.settings import EvidenceSettings
from faultloc.subject.examination import Examination


def with_encoder(examination: Examination, settings: EvidenceSettings) -> Examination:
    """The same with the encoder of ``settings``, if there is one.

    Raises:
        ConfigError, ModelError: it has another kind of name, or cannot be loaded.
    """
    if settings.encoder is None:
        return examination
    from faultloc.io.models.encoder import load_encoder
    from faultloc.subject.image_encoder import ImageEncoder

    # The library's own weights need no file.
    weights = None if "@" in settings.encoder else Path(settings.encoder_weights or "")
    loaded = load_encoder(settings.encoder, weights, side=settings.encoder_side)
    encoder = ImageEncoder(loaded.network, settings.encoder_side).to(examination.device)
    return replace(examination, encoder=encoder)
