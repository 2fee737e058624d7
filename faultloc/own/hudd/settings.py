"""How root causes are looked for, as command and Python call say it."""

from collections.abc import Sequence
from dataclasses import replace

from jaxtyping import Shaped
from torch import Tensor, nn

from faultloc.errors import ConfigError
from faultloc.methods.hudd.evidence.layers import evidence_layers
from faultloc.methods.hudd.settings import PRESETS, HuddSettings
from faultloc.own.layer_names import full_name, own_name
from faultloc.settings_check import check_number

# Ways to choose a layer, which are no names of layers.
_CHOICES = ("last_convolution", "least_spread")


def choose_settings(preset: str, *, layer: str | None = None, clusters: int | None = None) -> HuddSettings:
    """The settings of ``preset``, with another ``layer`` or number of ``clusters`` where one is given.

    Raises:
        ConfigError: there is no such preset, or the number is not 1 or more.
    """
    if preset not in PRESETS:
        raise ConfigError(f"there is no preset {preset!r}; expected one of: {', '.join(PRESETS)}")
    settings = PRESETS[preset]
    cut = settings.root_causes
    if layer is not None:
        cut = replace(cut, layer=layer)
    if clusters is not None:
        check_number("the number of clusters", clusters, at_least=1, whole=True)
        if cut.clustering != "ward":
            raise ConfigError(
                f"{clusters} clusters are asked for, and the preset {preset!r} finds their number itself, by density; "
                "expected no number with it: leave it out, or take another preset"
            )
        cut = replace(cut, clusters=clusters)
    return replace(settings, root_causes=cut)


def is_named(layer: str) -> bool:
    """Whether ``layer`` is the name of one, not a way to choose it."""
    return layer not in _CHOICES


def with_layer_read(settings: HuddSettings, network: nn.Module, example: Shaped[Tensor, "sample ..."]) -> HuddSettings:
    """The same settings; a layer that is named and is none of those that are read anyway is read too.

    Raises:
        ModelError: the network has no such layer, or samples do not pass it.
    """
    layer, heatmaps = settings.root_causes.layer, settings.heatmaps
    if not is_named(layer):
        return settings
    layers: Sequence[str] = [layer]
    if heatmaps.evidence != "features":
        usual = [own_name(network, name) for name in evidence_layers(network, example, None)]
        if layer in usual:
            return settings
        layers = [*usual, layer]
    evidence_layers(network, example, [full_name(network, name) for name in layers])  # raises where there is none
    return replace(settings, heatmaps=replace(heatmaps, layers=tuple(layers)))
