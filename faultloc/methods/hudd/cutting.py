"""Which layer's tree is cut, and where: the clusters that are taken for root causes."""

from collections.abc import Mapping

from faultloc.errors import ConfigError
from faultloc.methods.hudd.cluster_count import choose_count
from faultloc.methods.hudd.density import cluster_densely
from faultloc.methods.hudd.evidence.layer_evidence import Evidence
from faultloc.methods.hudd.form import fit_form
from faultloc.methods.hudd.growing import Grown
from faultloc.methods.hudd.root_causes import RootCauses, describe_clusters
from faultloc.methods.hudd.settings import CutSettings, LinkageSettings


def cut_into_causes(
    evidence: Evidence, grown: Mapping[str, Grown], linkage: LinkageSettings, settings: CutSettings
) -> RootCauses:
    """The root causes: the clusters of one layer.

    Raises:
        ConfigError: there is no such layer or number of clusters, or a setting has no such value.
    """
    layer = _chosen_layer(evidence, grown, settings)
    vectors = fit_form(linkage.form, evidence.by_layer[layer])(evidence.by_layer[layer])
    if settings.clustering != "ward":
        clusters = cluster_densely(vectors, settings.clustering, reduce=settings.reduce, components=settings.components)
    else:
        clusters = grown[layer].tree.cut(_chosen_count(grown[layer], settings))
    return describe_clusters(layer, clusters, vectors)


def _chosen_count(grown: Grown, settings: CutSettings) -> int:
    if settings.clusters is not None:
        return settings.clusters
    return choose_count(settings.count, grown.tree.count, grown.spread)


def _chosen_layer(evidence: Evidence, grown: Mapping[str, Grown], settings: CutSettings) -> str:
    """Source of `least_spread`: the released code, by raw distances, without the layer that takes the inputs."""
    if settings.layer == "last_convolution":
        return evidence.last_convolution
    if settings.layer != "least_spread":
        if settings.layer not in evidence.by_layer:
            raise ConfigError(
                f"hudd.root_causes.layer is {settings.layer!r}; expected last_convolution, least_spread or one of: "
                f"{', '.join(evidence.by_layer)}"
            )
        return settings.layer
    spreads: dict[str, float] = {}
    for name in list(grown)[1:] or list(grown):
        each = grown[name]
        if each.raw_spread is None:
            raise ConfigError(
                "hudd.root_causes.layer is least_spread, which needs the distances of all pairs of errors, and there "
                f"are {each.tree.count:,}: name a layer, or take last_convolution"
            )
        spreads[name] = float(each.raw_spread[min(_chosen_count(each, settings), len(each.raw_spread) + 1) - 2])
    return min(spreads, key=spreads.__getitem__)
