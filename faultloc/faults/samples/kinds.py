"""The kinds of fault by name, and the classes that they hit."""

import math

import numpy as np

from faultloc.errors import ConfigError
from faultloc.faults.samples.classes import draw_classes, find_class, find_pair
from faultloc.faults.samples.mixed import fewest_samples_for_mixed, plan_mixed
from faultloc.faults.samples.plan import FaultPlan
from faultloc.faults.samples.random_data import plan_random_data
from faultloc.faults.samples.random_label import plan_random_labels
from faultloc.faults.samples.settings import FaultSettings
from faultloc.faults.samples.specific_data import plan_specific_data
from faultloc.faults.samples.specific_label import plan_specific_labels
from faultloc.faults.samples.target import plan_target_fault
from faultloc.subject.dataset import LabeledDataset


def plan_fault(dataset: LabeledDataset, settings: FaultSettings, rng: np.random.Generator) -> FaultPlan:
    """What is to be done to each sample; classes that ``settings`` leave open are drawn from those large enough.

    Raises:
        ConfigError: a class of ``settings`` does not exist or is too small, there is nothing to plan for ``none``, or
            the fault is one of classes and the data set has targets.
    """
    labels, classes = dataset.labels, len(dataset.class_names)
    ratio = settings.ratio or 0.0
    if dataset.targets is not None:
        return plan_target_fault(labels, dataset.targets, settings.kind, ratio, rng)
    match settings.kind:
        case "random_label":
            return plan_random_labels(labels, classes, ratio, rng)
        case "random_data":
            return plan_random_data(labels, classes, ratio, rng)
        case "specific_data":
            return plan_specific_data(labels, _class(dataset, settings, ratio, rng), ratio, rng)
        case "specific_label":
            return plan_specific_labels(labels, _pair(dataset, settings, ratio, rng), ratio, rng)
        case "mixed":
            return plan_mixed(labels, classes, _pair(dataset, settings, ratio, rng), ratio, rng)
    raise ConfigError(f"fault.kind={settings.kind} plants nothing")


def _class(dataset: LabeledDataset, settings: FaultSettings, ratio: float, rng: np.random.Generator) -> int:
    if settings.class_name is not None:
        return find_class(settings.class_name, dataset.class_names, "fault.class_name")
    fewest = _smallest_class_that_is_hit(ratio)
    return draw_classes(dataset.labels, 1, fewest_samples=fewest, ratio=ratio, rng=rng)[0]


def _pair(dataset: LabeledDataset, settings: FaultSettings, ratio: float, rng: np.random.Generator) -> tuple[int, int]:
    if settings.pair is not None:
        return find_pair(settings.pair, dataset.class_names)
    fewest = _smallest_class_that_is_hit(ratio)
    if settings.kind == "mixed":
        fewest = fewest_samples_for_mixed(ratio, len(dataset))
    first, second = draw_classes(dataset.labels, 2, fewest_samples=fewest, ratio=ratio, rng=rng)
    return first, second


def _smallest_class_that_is_hit(ratio: float) -> int:
    return math.ceil(1 / ratio)
