"""What the important units give, of a suite or a pool, and which combination each sample reaches."""

from collections.abc import Iterable, Mapping

import numpy as np
from jaxtyping import Float, Int

from faultloc.errors import ConfigError, DataError
from faultloc.methods.idc.centroids import chosen_outputs
from faultloc.methods.idc.criteria.idc import ImportanceDrivenCoverage
from faultloc.methods.idc.line_clusters import nearest_centre
from faultloc.methods.idc.unit_outputs import Unit, UnitOutputs


def important_outputs(
    criterion: ImportanceDrivenCoverage, batches: Iterable[UnitOutputs]
) -> Float[np.ndarray, "sample unit"]:
    """A column for each of the criterion's units in their order, in 64 bits; the batches are what its reader reads.

    Raises:
        DataError: there is no batch.
    """
    rows = [chosen_outputs(units, criterion.units) for units in batches]
    if not rows:
        raise DataError("there is no batch of unit outputs; expected at least one")
    return np.concatenate(rows)


def learnt_centres(criterion: ImportanceDrivenCoverage) -> Mapping[Unit, Float[np.ndarray, "_"]]:
    """The centres of each unit's clusters, ascending.

    Raises:
        ConfigError: the criterion is not built yet.
    """
    if criterion.centres is None:
        raise ConfigError("the criterion idc needs training data first; expected build(train_loader)")
    return criterion.centres


def reached_combinations(
    criterion: ImportanceDrivenCoverage, values: Float[np.ndarray, "sample unit"]
) -> Int[np.ndarray, "sample unit"]:
    """The number of the cluster, from 0, that each output lies in: a row is the combination that a sample reaches.

    Raises:
        ConfigError: the criterion is not built yet.
    """
    centres = learnt_centres(criterion)
    columns = [nearest_centre(values[:, place], centres[unit]) for place, unit in enumerate(criterion.units)]
    return np.stack(columns, axis=1)
