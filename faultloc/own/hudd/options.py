"""How `faultloc hudd` examines, as its options say it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

from faultloc.errors import ConfigError
from faultloc.methods.hudd.bagging import MODES
from faultloc.methods.hudd.settings import HuddSettings
from faultloc.own.hudd.settings import choose_settings
from faultloc.settings_check import check_number

# What users of HUDD call the ways to choose images, and what is compared where none is named.
MODE_NAMES = {"HUDD": "hudd", "BL1": "bl1", "BL2": "bl2", "ENTROPY": "entropy"}
_EPOCHS = 10
_BATCH_SIZE = 128


@dataclass(frozen=True)
class RetrainOptions:
    """How to train on: which ``modes``, how often each, for how many ``epochs`` of how many samples at once."""

    modes: Sequence[str]
    runs: int
    epochs: int
    learning_rate: float
    batch_size: int = _BATCH_SIZE


@dataclass(frozen=True)
class HuddOptions:
    """How to examine; ``retrain`` is None where nothing is to be trained.

    ``usual_parameters`` are known without a file that says so.
    """

    preset: str
    settings: HuddSettings
    retrain: RetrainOptions | None
    seed: int
    batch_size: int = 256
    usual_parameters: Mapping[str, Mapping[str, object]] = field(default_factory=dict)


def hudd_options(
    *,
    preset: str,
    layer: str | None,
    encoder: str | None,
    encoder_weights: Path | None,
    clusters: int | None,
    retrain: bool,
    mode: str | None,
    runs: int,
    epochs: int | None,
    learning_rate: float,
    seed: int,
) -> HuddOptions:
    """The options of the same names; ``mode`` is one of ``MODE_NAMES``, None all of them.

    Raises:
        ConfigError: one of them is out of its range.
    """
    settings = choose_settings(preset, layer=layer, clusters=clusters)
    if encoder_weights is not None and encoder is None:
        raise ConfigError(
            f"--encoder-weights is {encoder_weights}, and no --encoder is named: say whose weights they are"
        )
    if encoder is not None:
        if preset != "encoder":
            raise ConfigError(
                f"--encoder is {encoder}, and --preset {preset} reads the model; expected --preset encoder"
            )
        weights = None if encoder_weights is None else str(encoder_weights)
        heatmaps = replace(settings.heatmaps, encoder=encoder, encoder_weights=weights)
        settings = replace(settings, heatmaps=heatmaps)
    check_number("--seed", seed, at_least=0, whole=True)
    if not retrain:
        return HuddOptions(preset, settings, None, seed)
    check_number("--runs", runs, at_least=1, whole=True)
    check_number("--learning-rate", learning_rate, above=0)
    chosen = _EPOCHS if epochs is None else epochs
    check_number("--epochs", chosen, at_least=1, whole=True)
    modes = list(MODE_NAMES.values()) if mode is None else [MODE_NAMES.get(mode, mode)]
    if unknown := [name for name in modes if name not in MODES]:
        raise ConfigError(f"--mode is {unknown[0]!r}; expected one of: {', '.join(MODE_NAMES)}")
    return HuddOptions(preset, settings, RetrainOptions(modes, runs, chosen, learning_rate), seed)
