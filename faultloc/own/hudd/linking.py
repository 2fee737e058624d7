"""From a model and a test set to trees over its errors: what command and Python call do alike, and what is kept."""

from collections.abc import Mapping
from dataclasses import dataclass, replace

from torch import nn

from faultloc.methods.hudd.cutting import cut_into_causes
from faultloc.methods.hudd.errors import Errors
from faultloc.methods.hudd.evidence.input_relevance import InputHeatmaps, read_input_heatmaps
from faultloc.methods.hudd.evidence.layer_evidence import Evidence
from faultloc.methods.hudd.evidence.reading import read_evidence
from faultloc.methods.hudd.growing import Grown, grow
from faultloc.methods.hudd.root_causes import RootCauses
from faultloc.methods.hudd.settings import EvidenceSettings, HuddSettings
from faultloc.own.layer_names import full_name, own_name
from faultloc.subject.examination import Examination


@dataclass(frozen=True)
class Linked:
    """The errors, what the layers say of them, and a tree for each layer: all that a cut needs."""

    errors: Errors
    evidence: Evidence
    grown: Mapping[str, Grown]
    heatmaps: InputHeatmaps

    def cut(self, settings: HuddSettings) -> RootCauses:
        """The root causes by the settings of the cut; what the trees grew by must be as it was.

        Raises:
            ConfigError: there is no such layer or number of clusters.
        """
        return cut_into_causes(self.evidence, self.grown, settings.linkage, settings.root_causes)


def link_errors(examination: Examination, errors: Errors, settings: HuddSettings) -> Linked:
    """What the layers say of the ``errors`` of what is examined, and the trees.

    Raises:
        ModelError: there is no such layer, or the network cannot be traced for its relevance.
        TrainingError: a layer holds a number that is not finite.
    """
    evidence = _under_own_names(
        examination.network, read_evidence(examination, errors, _for_network(examination.network, settings.heatmaps))
    )
    grown = {name: grow(values, settings.linkage) for name, values in evidence.by_layer.items()}
    return Linked(errors, evidence, grown, read_input_heatmaps(examination, errors, settings.heatmaps.rule))


def _for_network(network: nn.Module, settings: EvidenceSettings) -> EvidenceSettings:
    if settings.layers is None:
        return settings
    return replace(settings, layers=tuple(full_name(network, name) for name in settings.layers))


def _under_own_names(network: nn.Module, evidence: Evidence) -> Evidence:
    by_layer = {own_name(network, name): values for name, values in evidence.by_layer.items()}
    return Evidence(by_layer, own_name(network, evidence.last_convolution))
