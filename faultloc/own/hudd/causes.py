"""From errors to all that is said of their causes: what command and Python call do alike."""

from collections.abc import Callable, Sequence

from faultloc.errors import ConfigError
from faultloc.methods.hudd.errors import Errors
from faultloc.methods.hudd.settings import HuddSettings
from faultloc.own.hudd.found import RootCausesFound
from faultloc.own.hudd.improvement import Improvement
from faultloc.own.hudd.linking import Linked, link_errors
from faultloc.own.hudd.settings import is_named, with_layer_read
from faultloc.own.kept_folder import KeptFolder
from faultloc.subject.dataset import LabeledDataset
from faultloc.subject.examination import Examination

Link = Callable[[Examination, Errors, HuddSettings], Linked]


def find_causes(
    examination: Examination,
    errors: Errors,
    settings: HuddSettings,
    *,
    improvement: LabeledDataset | None = None,
    texts: Sequence[str] = (),
    kept_in: KeptFolder | None = None,
    link: Link = link_errors,
) -> RootCausesFound:
    """The causes of the ``errors`` of what is examined, and the unsafe ones of the ``improvement`` samples.

    ``link`` may take up what it has linked before.

    Raises:
        ConfigError, DataError, ModelError, TrainingError: as the steps do.
    """
    if examination.encoder is not None and is_named(settings.root_causes.layer):
        raise ConfigError(
            f"the layer {settings.root_causes.layer} is named, and an encoder reads the images, at its last linear "
            "layer; expected one of the two: leave the layer out"
        )
    settings = with_layer_read(settings, examination.network, examination.inputs[:2])
    linked = link(examination, errors, settings)
    causes = linked.cut(settings)
    more = None if improvement is None else Improvement(improvement, examination)
    found = RootCausesFound(examination.dataset, linked, causes, settings, texts, more, kept_in=kept_in)
    return found.with_unsafe_set()
