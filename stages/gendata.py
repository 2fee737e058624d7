"""Reads the data set, plants a fault in its training part, and keeps the truth apart."""

from collections.abc import Callable
from importlib import import_module
from inspect import signature
from typing import TypeVar

from omegaconf import DictConfig

from stages.shared import places
from stages.shared.entry import as_dict, stage

Made = TypeVar("Made")


@stage("gendata")
def main(params: DictConfig) -> str:
    from dataclasses import replace

    from faultloc.faults.samples.plant import plant_fault
    from faultloc.faults.samples.settings import FaultSettings
    from faultloc.io.datasets import check_splits, open_foreign_inputs, take_subset
    from faultloc.io.stores.dataset_store import save_dataset
    from faultloc.io.stores.truth_store import save_causes, save_truth
    from faultloc.subject.seeding import numpy_generator
    from faultloc.subject.task import task_of

    fault = make(FaultSettings, "fault", as_dict(params.fault))  # before a large data set is read
    options = as_dict(params.dataset)
    subset = {key: options.pop(key) for key in ("subset", "test_subset", "stratified")}
    reader = find_reader(options.pop("_target_"))
    del options["name"], options["watch"]
    everything = make(reader, "dataset", options)
    splits = take_subset(everything, **subset, rng=numpy_generator(params.seed, "gendata", "subset"))
    check_splits(splits)
    foreign = open_foreign_inputs(splits, fault.source, fault.source_root) if fault.needs_foreign_inputs else None
    generator = numpy_generator(params.seed, "gendata", "fault")
    faulty = plant_fault(splits.train, splits.texts, splits.is_fault, fault, foreign, generator)
    save_dataset(places.DATASET, replace(splits, train=faulty.dataset, texts=faulty.texts))
    save_truth(places.TRUTH, faulty.truth)
    save_causes(places.TRUTH, splits)
    tests = f" and {len(splits.test)} test" if splits.test is not None else ""
    unknown = "known causes of failures outside of training" if splits.causes else "no truth known"
    known = f"{len(faulty.truth.element_ids)} faults ({faulty.truth.kind})" if faulty.truth else unknown
    return f"{len(splits.train)} training{tests} samples {task_of(splits.train.given).describe(splits.train)}, {known}"


def find_reader(target: str) -> Callable:
    """The function that ``target`` names: one of `faultloc.io.datasets`, or your own that returns `DatasetSplits`."""
    from faultloc.errors import ConfigError

    module, _, name = target.rpartition(".")
    try:
        return getattr(import_module(module), name)
    except (ImportError, AttributeError, ValueError) as error:
        raise ConfigError(f"dataset._target_={target}: there is no such function ({error})") from error


def make(function: Callable[..., Made], key: str, options: dict) -> Made:
    """``function(**options)``, once it is sure that it takes them; ``key`` is where they stand in the parameters."""
    from faultloc.errors import ConfigError

    try:
        signature(function).bind(**options)
    except TypeError as error:
        raise ConfigError(f"the settings under {key} ({', '.join(options)}) do not fit: {error}") from error
    return function(**options)


if __name__ == "__main__":
    main()
