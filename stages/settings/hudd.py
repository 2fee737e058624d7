"""Settings of HUDD's steps, and of the monitor of DeepLocalize."""

from collections.abc import Mapping
from typing import Annotated, Any, Literal

from stages.settings.kinds import Bounds, Count, CountOrNone, Group, Named, NotNegative, Part, Positive, Text


class TrainingFaultSettings(Group):
    """The fault that is planted in a training."""

    kind: Annotated[str, Named("faultloc.faults.training.settings:TRAINING_FAULT_KINDS")]
    factor: Positive | None

    @staticmethod
    def build(values: Mapping[str, Any]) -> None:
        """As stage deep_localize makes them: some kinds need a factor."""
        from faultloc.faults.training.settings import TrainingFaultSettings as Planted

        Planted(**values)


class DeepLocalizeSettings(Group):
    """The training under the monitor."""

    steps: Count
    every: Count
    on_error: Literal["warn", "stop", "raise"]
    fault: TrainingFaultSettings


class HeatmapsSettings(Group):
    """What the errors are compared by."""

    evidence: Annotated[str, Named("faultloc.methods.hudd.settings:EVIDENCE")]
    rule: Annotated[str, Named("faultloc.probes.relevance.rules:RULES")]
    layers: list[Text] | None
    encoder: Text | None
    encoder_weights: Text | None
    encoder_side: Annotated[int, Bounds(at_least=16)]

    @staticmethod
    def build(values: Mapping[str, Any]) -> None:
        """As stage heatmaps makes them: an encoder has features and no layers."""
        from faultloc.methods.hudd.settings import EvidenceSettings

        EvidenceSettings(**values)


class LinkageSettings(Group):
    """The tree over the errors."""

    form: Annotated[str, Named("faultloc.methods.hudd.form:FORMS")]
    input: Literal["direct", "profile"]


class RootCausesSettings(Group):
    """How the tree is cut."""

    layer: Text
    clusters: Count | None
    count: Literal["most", "knee"]
    clustering: Literal["ward", "dbscan", "hdbscan"]
    reduce: Literal["pca", "umap"]
    components: Count


class CauseEvaluationSettings(Group):
    """What is known of parameters."""

    parameters: dict

    @staticmethod
    def build(values: Mapping[str, Any]) -> None:
        """As stage evaluate_causes reads them."""
        from faultloc.evaluation.known_parameters import known_parameters

        known_parameters(values["parameters"], "hudd.evaluate.parameters")


class UnsafeSetSettings(Group):
    """How many images of the improvement set are labelled."""

    quota: Annotated[str, Named("faultloc.methods.hudd.quotas:QUOTAS")]
    factor: Positive
    least: CountOrNone


class RetrainSettings(Group):
    """The retraining with the unsafe images."""

    modes: list[Annotated[str, Named("faultloc.methods.hudd.bagging:MODES")]]
    runs: Count
    epochs: Count
    learning_rate: Positive
    momentum: Part
    weight_decay: NotNegative
    batch_size: Count


class HuddSettings(Group):
    """The root causes behind errors."""

    heatmaps: HeatmapsSettings
    linkage: LinkageSettings
    root_causes: RootCausesSettings
    evaluate: CauseEvaluationSettings
    unsafe_set: UnsafeSetSettings
    retrain: RetrainSettings
