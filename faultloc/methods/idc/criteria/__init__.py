"""The criteria of coverage by name, one file each: an open table.

A criterion of your own is one line more: ``CRITERIA["mine"] = MyCriterion``, a subclass of ``Criterion``.
"""

from collections.abc import Mapping

from torch import nn

from faultloc.errors import ConfigError
from faultloc.methods.idc.criteria.cc import ClusterCoverage
from faultloc.methods.idc.criteria.criterion import Criterion
from faultloc.methods.idc.criteria.dsc import DistanceSurpriseCoverage
from faultloc.methods.idc.criteria.idc import ImportanceDrivenCoverage
from faultloc.methods.idc.criteria.kmnc import KMultisectionCoverage
from faultloc.methods.idc.criteria.lsc import LikelihoodSurpriseCoverage
from faultloc.methods.idc.criteria.mdsc import MahalanobisSurpriseCoverage
from faultloc.methods.idc.criteria.nbc import NeuronBoundaryCoverage
from faultloc.methods.idc.criteria.nc import NeuronCoverage
from faultloc.methods.idc.criteria.nlc import LayerCovarianceCoverage
from faultloc.methods.idc.criteria.snac import StrongNeuronActivationCoverage
from faultloc.methods.idc.criteria.tknc import TopKNeuronCoverage
from faultloc.methods.idc.criteria.tknp import TopKNeuronPatterns

CRITERIA: dict[str, type[Criterion]] = {
    "nc": NeuronCoverage,
    "kmnc": KMultisectionCoverage,
    "nbc": NeuronBoundaryCoverage,
    "snac": StrongNeuronActivationCoverage,
    "tknc": TopKNeuronCoverage,
    "tknp": TopKNeuronPatterns,
    "cc": ClusterCoverage,
    "lsc": LikelihoodSurpriseCoverage,
    "dsc": DistanceSurpriseCoverage,
    "mdsc": MahalanobisSurpriseCoverage,
    "nlc": LayerCovarianceCoverage,
    "idc": ImportanceDrivenCoverage,
}


def criterion_named(name: str) -> type[Criterion]:
    """The criterion called ``name``.

    Raises:
        ConfigError: there is none; the message lists those that there are.
    """
    if name not in CRITERIA:
        raise ConfigError(f"there is no criterion {name!r}; expected one of: {', '.join(CRITERIA)}")
    return CRITERIA[name]


def make_criterion(network: nn.Module, name: str, settings: Mapping[str, object]) -> Criterion:
    """A new criterion called ``name`` for ``network``, with the ``settings`` that its class takes.

    Raises:
        ConfigError: there is none of that name, it does not take a setting, or one is out of its range.
    """
    kind = criterion_named(name)
    try:
        return kind(network, **settings)  # type: ignore[arg-type]
    except TypeError as error:
        raise ConfigError(f"the criterion {name} does not take the settings {dict(settings)}: {error}") from error
