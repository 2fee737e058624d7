"""One pass over the training set and one over the test set for all criteria, of a model at hand."""

import functools
from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass, field

import numpy as np
from jaxtyping import Float

from faultloc.coverage import Coverage
from faultloc.methods.idc.criteria import CRITERIA, Criterion
from faultloc.methods.idc.criteria.idc import ImportanceDrivenCoverage
from faultloc.methods.idc.important_outputs import important_outputs
from faultloc.methods.idc.measured import NO_CLASSES, attempt
from faultloc.methods.idc.selection import UnitGroups
from faultloc.methods.idc.unit_outputs import UnitOutputs
from faultloc.methods.idc.units import UnitReader, labelled_batches
from faultloc.own.brought import Brought
from faultloc.own.idc.options import CoverageOptions
from faultloc.subject.dataset import LabeledDataset


@dataclass(frozen=True, eq=False)
class Measured:
    """The ``criteria`` after the test set, by the name of their row; why others could not is ``left_out``.

    ``idc`` are those about important units, by group, and ``outputs`` what these units gave for the test samples.
    """

    criteria: Mapping[str, Criterion]
    left_out: Mapping[str, str] = field(default_factory=dict)
    idc: Mapping[str, ImportanceDrivenCoverage] = field(default_factory=dict)
    outputs: Mapping[str, Float[np.ndarray, "sample unit"]] = field(default_factory=dict)

    @property
    def found(self) -> dict[str, Coverage]:
        """The coverage by each criterion."""
        return {name: criterion.compute() for name, criterion in self.criteria.items()}


def measure(
    brought: Brought, options: CoverageOptions, groups: UnitGroups, train: LabeledDataset, test: LabeledDataset
) -> Measured:
    """The coverage of ``test`` by the criteria of the options, which learn of ``train``; `idc` once for each group.

    Raises:
        DataError, ModelError, TrainingError: see ``Criterion.build`` and ``Criterion.update``.
    """
    criteria: dict[str, Criterion] = {}
    idc: dict[str, ImportanceDrivenCoverage] = {}
    left_out: dict[str, str] = {}
    for name in options.criteria:
        if name == ImportanceDrivenCoverage.name:
            for group, units in groups.items():
                made = ImportanceDrivenCoverage(
                    brought.network, units=units, point=options.point, **asdict(options.clusters)
                )
                idc[group] = criteria[name if len(groups) == 1 else f"{name} {group}"] = made
        elif CRITERIA[name].needs_classes and options.target is not None:
            left_out[name] = NO_CLASSES
        else:
            criteria[name] = CRITERIA[name](brought.network, point=options.point)
    needs_training = any(criterion.needs_build for criterion in criteria.values())
    for read in read_units(brought, options, train) if needs_training else ():
        attempt(criteria, left_out, functools.partial(_learn, read))
    attempt(criteria, left_out, _finish)
    kept: dict[str, list[Float[np.ndarray, "sample unit"]]] = {group: [] for group in idc}
    for read in read_units(brought, options, test):
        attempt(criteria, left_out, functools.partial(_observe, read))
        for group, about in idc.items():
            kept[group].append(important_outputs(about, [read]))
    attempt(criteria, left_out, lambda criterion: criterion.compute())
    idc = {group: about for group, about in idc.items() if about in criteria.values()}
    return Measured(criteria, left_out, idc, {group: np.concatenate(kept[group]) for group in idc})


def _learn(read: UnitOutputs, criterion: Criterion) -> None:
    if criterion.needs_build:
        criterion.learn(read)


def _finish(criterion: Criterion) -> None:
    if criterion.needs_build:
        criterion.finish_build()


def _observe(read: UnitOutputs, criterion: Criterion) -> None:
    criterion.observe(read)


def read_units(brought: Brought, options: CoverageOptions, samples: LabeledDataset) -> Iterator[UnitOutputs]:
    """What the units give of ``samples``, batch by batch."""
    reader = UnitReader(brought.network, point=options.point)
    for batch in labelled_batches(samples, brought.device, options.batch_size):
        yield reader.read(batch)
