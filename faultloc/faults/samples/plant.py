"""Planting faults into a data set whose labels and inputs are taken to be right."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from jaxtyping import Bool

from faultloc.errors import ConfigError
from faultloc.faults.planted import PlantedFault
from faultloc.faults.samples.foreign import ForeignInputs
from faultloc.faults.samples.kinds import plan_fault
from faultloc.faults.samples.plan import FaultPlan
from faultloc.faults.samples.settings import FaultSettings
from faultloc.subject.dataset import LabeledDataset, Targets


@dataclass(frozen=True)
class FaultyDataset:
    """A data set with faults in it, its texts where it has any, and the truth; None where nothing is known."""

    dataset: LabeledDataset
    texts: tuple[str, ...]
    truth: PlantedFault | None


def plant_fault(
    dataset: LabeledDataset,
    texts: Sequence[str],
    is_fault: Bool[np.ndarray, "sample"] | None,
    settings: FaultSettings,
    foreign: ForeignInputs | None,
    rng: np.random.Generator,
) -> FaultyDataset:
    """``dataset`` and ``texts`` with the fault of ``settings``; they themselves stay as they are.

    ``is_fault`` is a truth that came with the data: it is the truth where nothing is planted, and added where something
    is. ``foreign`` may be None unless ``settings.needs_foreign_inputs``. Same generator state, same faults.

    Raises:
        ConfigError: nothing would be planted, or a class of ``settings`` does not exist or is too small.

    Source: DFauLo, faults of the evaluation.
    Differs: samples are drawn at random, not taken from the start of each class; the test split is left clean, so that
    a test accuracy is one.
    """
    if settings.kind == "none":
        return FaultyDataset(dataset, tuple(texts), None if is_fault is None else given_truth(dataset, is_fault))
    plan = plan_fault(dataset, settings, rng)
    if not (plan.fault_kinds != "").any():
        counts = np.bincount(dataset.labels, minlength=len(dataset.class_names))
        raise ConfigError(
            f"fault.ratio={settings.ratio} plants nothing, since classes have {counts.min()} to {counts.max()} "
            "samples: take a larger ratio or more samples"
        )
    faulty = FaultyDataset(
        replace(dataset, labels=plan.labels, targets=_planned_targets(dataset, plan)),
        tuple(texts),
        PlantedFault(settings.kind, dataset.sample_ids, _with_given(plan, is_fault), dataset.labels),
    )
    return faulty if foreign is None else _replace_inputs(faulty, plan, foreign, rng)


def given_truth(dataset: LabeledDataset, is_fault: Bool[np.ndarray, "sample"]) -> PlantedFault:
    """The truth that came with the data; the right labels of its faults are not known, so they are the given ones."""
    return PlantedFault("given", dataset.sample_ids, np.where(is_fault, "given", ""), dataset.labels)


def _planned_targets(dataset: LabeledDataset, plan: FaultPlan) -> Targets | None:
    if dataset.targets is None or plan.targets is None:
        return dataset.targets
    return replace(dataset.targets, values=plan.targets)


def _with_given(plan: FaultPlan, is_fault: Bool[np.ndarray, "sample"] | None) -> np.ndarray:
    if is_fault is None:
        return plan.fault_kinds
    return np.where((plan.fault_kinds == "") & is_fault, "given", plan.fault_kinds)


def _replace_inputs(
    faulty: FaultyDataset, plan: FaultPlan, foreign: ForeignInputs, rng: np.random.Generator
) -> FaultyDataset:
    chosen = np.flatnonzero(plan.gets_foreign_input)
    batch = foreign.draw(len(chosen), rng)
    inputs = faulty.dataset.inputs.copy()
    inputs[chosen] = batch.inputs
    texts = list(faulty.texts)
    if faulty.texts:
        for index, text in zip(chosen, batch.texts, strict=True):
            texts[index] = text
    return FaultyDataset(replace(faulty.dataset, inputs=inputs), tuple(texts), faulty.truth)
