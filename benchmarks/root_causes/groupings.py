"""The ways to group errors that are compared: HUDD's presets, and what needs no method at all."""

from collections.abc import Callable, Mapping

import numpy as np

from benchmarks.root_causes.subjects import Case
from faultloc.methods.hudd.cluster_count import choose_count
from faultloc.methods.hudd.cutting import cut_into_causes
from faultloc.methods.hudd.evidence.reading import read_evidence
from faultloc.methods.hudd.growing import grow
from faultloc.methods.hudd.settings import PRESETS, CutSettings, EvidenceSettings, HuddSettings, LinkageSettings
from faultloc.methods.hudd.tree import grow_tree, principal_components
from faultloc.probes.activations import read_activations

# As the baselines of the stand-in experiment: 32 principal components.
_COMPONENTS = 32

Grouping = Callable[[Case], np.ndarray]


def by_preset(settings: HuddSettings) -> Grouping:
    """The clusters by HUDD."""

    def group(case: Case) -> np.ndarray:
        evidence = read_evidence(case.examination, case.errors, settings.heatmaps)
        grown = {name: grow(values, settings.linkage) for name, values in evidence.by_layer.items()}
        return cut_into_causes(evidence, grown, settings.linkage, settings.root_causes).cluster

    return group


def by_pixels(case: Case) -> np.ndarray:
    """Ward on the pixels, at the number of clusters of the default."""
    return _by_rows(case.examination.dataset.inputs[case.errors.places].reshape(len(case.errors), -1))


def by_features(case: Case) -> np.ndarray:
    """Ward on the model's own features, the input of its last linear layer, at the same number."""
    inputs = case.examination.inputs[case.errors.places]
    return _by_rows(read_activations(case.network, inputs, None, batch_size=case.examination.batch_size))


def by_predicted_class(case: Case) -> np.ndarray:
    """A cluster for each class that errors are taken for."""
    return case.errors.predicted


def _by_rows(rows: np.ndarray) -> np.ndarray:
    reduced = principal_components(rows.astype(np.float32), _COMPONENTS).astype(np.float32)
    return grow_tree(reduced).cut(choose_count("most", len(rows), None))


def _most(settings: HuddSettings) -> HuddSettings:
    """The same at the number of clusters of the default, so that they are compared at one number."""
    cut = settings.root_causes
    return HuddSettings(settings.heatmaps, settings.linkage, CutSettings(cut.layer, "most", clustering=cut.clustering))


GROUPINGS: Mapping[str, Grouping] = {
    **{name: by_preset(settings) for name, settings in PRESETS.items()},
    "released, as many": by_preset(_most(PRESETS["released"])),
    "paper, as many": by_preset(_most(PRESETS["paper"])),
    "encoder, pca + hdbscan": by_preset(
        HuddSettings(EvidenceSettings("features"), LinkageSettings("l2"), CutSettings(clustering="hdbscan"))
    ),
    "encoder, pca + dbscan": by_preset(
        HuddSettings(EvidenceSettings("features"), LinkageSettings("l2"), CutSettings(clustering="dbscan"))
    ),
    "pixels": by_pixels,
    "features": by_features,
    "predicted class": by_predicted_class,
}
