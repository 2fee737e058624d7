"""Settings of DFauLo's steps, of what it is compared with, and of what is done with its ranking."""

from collections.abc import Mapping
from typing import Annotated, Any, Literal

from faultloc.errors import ConfigError
from stages.settings.kinds import (
    Bounds,
    Count,
    CountOrNone,
    Group,
    NotNegative,
    Part,
    Positive,
    Share,
    ShareOrAll,
    Text,
    Words,
)

Epochs = Annotated[list[Count], Words("epochs, such as [3, 6, 10, 15]", least=1)]
Sizes = Annotated[list[Count], Words("at least one size, such as [128,64,32]", least=1)]


class OutlierSettings(Group):
    """The autoencoders."""

    epochs: Count
    batch_size: Count
    learning_rate: Positive
    hidden_sizes: Sizes
    latent_size: Count
    dropout: Part
    largest_side: Count


class ActivationSettings(Group):
    """The layer whose output is clustered."""

    layer: Text | None


class MutationSettings(Group):
    """The mutants."""

    operator: Literal["direct", "head"]
    ratio: Share
    epochs: Count
    batch_size: Count
    learning_rate: Positive


class SuffixSettings(Group):
    """The suffix mutants, and the samples around each sample."""

    mutants: Annotated[int, Bounds(at_least=2)]
    left_out: Count
    checkpoints: Epochs
    learning_rate: Positive
    batch_size: Count
    fewest_steps: Count
    dropout: Part
    hidden_size: Count
    embeddings: Count
    neighbours: Count
    sharpness: NotNegative
    training_record: bool

    @staticmethod
    def build(values: Mapping[str, Any]) -> None:
        """As stage suffix makes them: fewer mutants are left out than there are."""
        from faultloc.methods.dfaulo.default.suffix.mutants import SuffixSettings as Suffixes

        around = ("embeddings", "neighbours", "sharpness", "training_record")
        Suffixes(**{name: value for name, value in values.items() if name not in around})
        epochs = values["checkpoints"]
        if len(set(epochs)) < len(epochs):
            # They are averaged over, each once.
            raise ConfigError(f"suffix.checkpoints is {epochs}; expected each epoch once")


class OnlineSettings(Group):
    """The rounds of verdicts."""

    rounds: CountOrNone
    per_round: Count


class WeighedOnlineSettings(OnlineSettings):
    """The rounds of verdicts, and what they weigh."""

    prior_surprise: Positive
    presumed_sound: Count
    presumed_below: Share
    presumed_weight: Positive
    cell_prior: Positive
    inverse_regularisation: Positive


class DefaultScoringSettings(Group):
    """The default scorer."""

    scorer: Literal["default"]
    anchor_share: ShareOrAll
    neighbour_weight: NotNegative
    input_weight: NotNegative
    record_weight: NotNegative
    floor: Annotated[float, Bounds(above=0, below=0.1)]
    least_yield: Share
    closeness: Part
    online: WeighedOnlineSettings


class PaperScoringSettings(Group):
    """The published scorer."""

    scorer: Literal["paper"]
    presumed_clean_per_class: Count
    inverse_regularisation: Positive
    online: OnlineSettings


class SwitchSettings(Group):
    """Whether a baseline is run."""

    run: bool


class NeighbourVotesSettings(SwitchSettings):
    """The labels around a sample."""

    neighbours: Count


class SimifeatSettings(SwitchSettings):
    """Votes on the softmax outputs."""

    neighbours: Count
    rounds: Count
    parts: Count


class CrossValidationSettings(SwitchSettings):
    """cleanlab out of sample."""

    folds: Annotated[int, Bounds(at_least=2)]


class McDropoutSettings(SwitchSettings):
    """The variance of the outputs with dropout."""

    passes: Annotated[int, Bounds(at_least=2)]


class NcnvSettings(SwitchSettings):
    """Two networks that learn from what neighbours vouch for."""

    epochs: Count
    warm_up: Count
    neighbours: Count
    threshold: Positive


class PeersSettings(Group):
    """The baselines that need more than the subject's outputs."""

    aum: SwitchSettings
    neighbour_votes: NeighbourVotesSettings
    simifeat: SimifeatSettings
    isolation: SwitchSettings
    cross_validation: CrossValidationSettings
    mc_dropout: McDropoutSettings
    deep_state: SwitchSettings
    ncnv: NcnvSettings


class EvaluateSettings(Group):
    """How rankings are judged."""

    inspected: Annotated[
        list[Annotated[float, Bounds(at_least=0, at_most=1)]], Words("shares of the samples, such as [0.01, 0.05]")
    ]
    cleanlab: bool


class PurifySettings(Group):
    """What is done with the head of the ranking."""

    action: Literal["remove", "relabel"]
    share: Share | None
    epochs: Count
    batch_size: Count
    learning_rate: Positive

    @staticmethod
    def build(values: Mapping[str, Any]) -> None:
        """What is removed has a number; with relabel the ranking says it itself."""
        if values["action"] == "remove" and values["share"] is None:
            raise ConfigError("purify.share is null, so it is not said how many samples to remove; expected a share")


class ReportSettings(Group):
    """The page."""

    samples: CountOrNone
    headline: ShareOrAll
