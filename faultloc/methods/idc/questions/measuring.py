"""The criteria that a question looks at: made and built once, then asked about many suites."""

from collections.abc import Mapping, Sequence

import numpy as np
from torch import nn

from faultloc.coverage import Coverage
from faultloc.errors import ConfigError
from faultloc.methods.idc.criteria import Criterion, make_criterion
from faultloc.methods.idc.one_pass import build_together
from faultloc.methods.idc.questions.suites import Suite, take_samples
from faultloc.methods.idc.unit_outputs import Unit, UnitOutputs

Criteria = Mapping[str, Criterion]


def make_criteria(
    network: nn.Module, names: Sequence[str], units: Sequence[Unit], settings: Mapping[str, Mapping[str, object]]
) -> dict[str, Criterion]:
    """New criteria by their names, each with its ``settings``; ``units`` are those of importance-driven coverage.

    Raises:
        ConfigError: no criterion is named, there is none of a name, or it does not take a setting.
    """
    if not names:
        raise ConfigError("no criterion is named; expected some, such as nc and idc")
    made = {}
    for name in names:
        important = {"units": units} if name == "idc" else {}
        made[name] = make_criterion(network, name, {**important, **settings.get(name, {})})
    return made


def build_criteria(criteria: Criteria, train: Suite, *, batch_size: int) -> None:
    """Lets all criteria learn of the training samples in one pass.

    Raises:
        ConfigError, DataError, ModelError, TrainingError: as ``Criterion.build``.
    """
    build_together(list(criteria.values()), train.batches(batch_size))


def measure_units(criteria: Criteria, units: UnitOutputs, *, batch_size: int) -> dict[str, Coverage]:
    """What a suite covers by each criterion, from its units; the criteria are left as they were."""
    return {name: shard.compute() for name, shard in observed(criteria, units, batch_size=batch_size).items()}


def observed(criteria: Criteria, units: UnitOutputs, *, batch_size: int) -> dict[str, Criterion]:
    """New shards of the criteria that have seen a suite, a batch at a time: some depend on the size of batches."""
    shards = {name: criterion.fresh() for name, criterion in criteria.items()}
    for start in range(0, len(units), batch_size):
        batch = take_samples(units, np.arange(start, min(start + batch_size, len(units))))
        for shard in shards.values():
            shard.observe(batch)
    return shards
