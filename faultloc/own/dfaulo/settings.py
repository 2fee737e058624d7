"""How a data set is examined."""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import Literal

from faultloc.errors import ConfigError
from faultloc.methods.dfaulo.default.scoring.answer import ExplanationSettings
from faultloc.methods.dfaulo.default.scoring.posterior import ScorerSettings
from faultloc.methods.dfaulo.default.scoring.step import DefaultScorerSettings
from faultloc.methods.dfaulo.default.suffix.mutants import SuffixSettings
from faultloc.methods.dfaulo.default.suffix.neighbours import NeighbourSettings
from faultloc.methods.dfaulo.paper.settings import PaperSettings
from faultloc.settings_check import check_number

Scorer = Literal["default", "paper"]


@dataclass(frozen=True)
class LocateSettings:
    """The settings of the default scorer, and what it shares with the paper's.

    ``hook_layer`` is the layer whose output are the features (None: found by following a sample); ``batch_size`` that
    of passing samples through the model.
    """

    suffix: SuffixSettings = field(default_factory=SuffixSettings)
    neighbours: NeighbourSettings = field(default_factory=NeighbourSettings)
    scorer: ScorerSettings = field(default_factory=ScorerSettings)
    # Not `explanation`, as within the method: people who call the library know it under this name.
    diagnosis: ExplanationSettings = field(default_factory=ExplanationSettings)
    paper: PaperSettings = field(default_factory=PaperSettings)
    hook_layer: str | None = None
    batch_size: int = 512
    seed: int = 0

    def __post_init__(self) -> None:
        check_number("batch_size", self.batch_size, at_least=1, whole=True)
        check_number("seed", self.seed, at_least=0, whole=True)

    @property
    def default_scorer(self) -> DefaultScorerSettings:
        """What of them the default scorer reads once the mutants have been asked."""
        return DefaultScorerSettings(self.scorer, self.diagnosis)


def suffix_settings(
    *, epochs: int | None = None, left_out: float | int | None = None, batch_size: int | None = None
) -> SuffixSettings:
    """The suffix mutants' settings in DFauLo's terms; None keeps the default.

    ``epochs`` (`--retrain_epoch`) spreads the checkpoints as the default does over its fifteen; of the eight mutants
    the share ``left_out`` (`--rm_ratio`) is trained without a sample; ``batch_size`` is `--retrain_bs`.

    Raises:
        ConfigError: one of them is out of its range.
    """
    settings = SuffixSettings()
    if epochs is not None:
        check_number("--retrain_epoch", epochs, at_least=1, whole=True)
        settings = replace(settings, checkpoints=_spread(settings.checkpoints, epochs))
    if left_out is not None:
        if not 0 < left_out <= 0.5:
            raise ConfigError(
                f"--rm_ratio is {left_out}; expected the share of the mutants that are trained without a sample, above "
                "0, at most .5"
            )
        settings = replace(settings, left_out=max(1, round(left_out * settings.mutants)))
    if batch_size is not None:
        check_number("--retrain_bs", batch_size, at_least=1, whole=True)
        settings = replace(settings, batch_size=batch_size)
    return settings


def _spread(checkpoints: Sequence[int], epochs: int) -> tuple[int, ...]:
    return tuple(sorted({max(1, round(epoch * epochs / max(checkpoints))) for epoch in checkpoints}))
