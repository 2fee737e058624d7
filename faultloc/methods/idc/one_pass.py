"""Several criteria over the same data in one pass: the model sees each batch once, however many criteria look."""

from collections.abc import Iterable, Sequence

from faultloc.methods.idc.criteria.criterion import Criterion
from faultloc.methods.idc.unit_outputs import UnitOutputs
from faultloc.methods.idc.units import UnitReader


def build_together(criteria: Sequence[Criterion], loader: Iterable[object]) -> None:
    """``build`` of all criteria; the data are not read at all where none needs them.

    Raises:
        ConfigError, DataError, ModelError, TrainingError: as ``Criterion.build``.
    """
    learning = [criterion for criterion in criteria if criterion.needs_build]
    for criterion in learning:
        criterion.require_new()
    for batch in loader if learning else ():
        for criterion, units in _read(learning, batch):
            criterion.learn(units)
    for criterion in learning:
        criterion.finish_build()


def update_together(criteria: Sequence[Criterion], batch: object) -> None:
    """``update`` of all criteria with one batch.

    Raises:
        ConfigError, DataError, ModelError, TrainingError: as ``Criterion.update``.
    """
    for criterion, units in _read(criteria, batch):
        criterion.observe(units)


def _read(criteria: Sequence[Criterion], batch: object) -> list[tuple[Criterion, UnitOutputs]]:
    read: list[tuple[UnitReader, UnitOutputs]] = []
    pairs = []
    for criterion in criteria:
        units = next((units for reader, units in read if reader.is_like(criterion.reader)), None)
        if units is None:
            units = criterion.reader.read(batch)
            read.append((criterion.reader, units))
        pairs.append((criterion, units))
    return pairs
