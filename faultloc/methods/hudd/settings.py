"""What can be set about finding root causes, a part for each step; the presets of `conf/hudd/` set them together."""

from collections.abc import Sequence
from dataclasses import dataclass

from faultloc.errors import ConfigError
from faultloc.settings_check import check_number

EVIDENCE = ("deviation", "relevance", "features")


@dataclass(frozen=True)
class EvidenceSettings:
    """What the errors are compared by.

    ``evidence``: `deviation` from the sound samples of the error's own class, `relevance` (HUDD's
    heatmaps, by the rule ``rule``), or the `features` of the model, the input of its last linear layer. ``layers`` are
    the layers to look at; None: every convolution and linear layer. With an ``encoder`` (`timm:NAME`,
    `torchvision:NAME`) the features are those of that network, with the ``encoder_weights`` of a file, of images of
    ``encoder_side`` pixels.
    """

    evidence: str = "deviation"
    rule: str = "hudd"
    layers: Sequence[str] | None = None
    encoder: str | None = None
    encoder_weights: str | None = None
    encoder_side: int = 224

    def __post_init__(self) -> None:
        if self.evidence not in EVIDENCE:
            raise ConfigError(f"hudd.heatmaps.evidence is {self.evidence!r}; expected one of: {', '.join(EVIDENCE)}")
        if self.encoder is not None and self.evidence != "features":
            raise ConfigError(
                f"there is an encoder, {self.encoder}, and errors are compared by {self.evidence}; expected features, "
                "as the preset encoder has it"
            )
        if self.encoder is not None and self.layers is not None:
            raise ConfigError(
                f"there is an encoder, {self.encoder}, read at its last linear layer, and hudd.heatmaps.layers is "
                f"{list(self.layers)}; expected null"
            )
        check_number("hudd.heatmaps.encoder_side", self.encoder_side, at_least=16, whole=True)


@dataclass(frozen=True)
class LinkageSettings:
    """How the tree grows: the ``form`` that the evidence is brought to, and the ``input`` of Ward's method.

    ``input``: `direct`, the evidence itself, or `profile`, the rows of its distance matrix.
    """

    form: str = "none"
    input: str = "direct"


@dataclass(frozen=True)
class CutSettings:
    """Which layer's clusters are the root causes, and how many.

    ``layer``: a name, `last_convolution` (or the last layer, where there is none), or `least_spread`, the one whose
    clusters are the tightest. ``clusters``: a number, or None for what ``count`` says: `most`, as many as a person
    looks through, or `knee`. ``clustering`` `dbscan` or `hdbscan` takes no tree but the densest places of the evidence,
    by ``reduce`` (`pca`, `umap`) brought to ``components`` numbers.
    """

    layer: str = "last_convolution"
    count: str = "most"
    clusters: int | None = None
    clustering: str = "ward"
    reduce: str = "pca"
    components: int = 10


@dataclass(frozen=True)
class UnsafeSettings:
    """How many improvement images are labelled, by the ``quota`` of that name and its ``factor`` and ``least``."""

    quota: str = "paper"
    factor: float | int = 0.3
    least: int = 10


@dataclass(frozen=True)
class HuddSettings:
    """The settings of all steps up to the root causes."""

    heatmaps: EvidenceSettings = EvidenceSettings()
    linkage: LinkageSettings = LinkageSettings()
    root_causes: CutSettings = CutSettings()


# The ways that are compared in docs/hudd.md, each one override: hudd=released.
PRESETS = {
    "default": HuddSettings(),
    "heatmaps": HuddSettings(EvidenceSettings("relevance"), LinkageSettings("sqrt_l2")),
    "paper": HuddSettings(
        EvidenceSettings("relevance"), LinkageSettings("layer_minmax"), CutSettings("least_spread", "knee")
    ),
    "released": HuddSettings(
        EvidenceSettings("relevance"), LinkageSettings("none", "profile"), CutSettings("least_spread", "knee")
    ),
    "encoder": HuddSettings(
        EvidenceSettings("features"), LinkageSettings("l2"), CutSettings(clustering="dbscan", reduce="umap")
    ),
}
