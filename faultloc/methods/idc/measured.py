"""Coverage by several criteria, of unit outputs that were read before."""

from collections.abc import Callable, Mapping, Sequence

from torch import nn

from faultloc.errors import DataError, TrainingError
from faultloc.methods.idc.centroids import Centres
from faultloc.methods.idc.criteria import criterion_named, make_criterion
from faultloc.methods.idc.criteria.criterion import Criterion
from faultloc.methods.idc.criteria.idc import ImportanceDrivenCoverage
from faultloc.methods.idc.unit_outputs import UnitOutputs

NO_CLASSES = "the model does not answer with classes"


def measure_coverage(
    network: nn.Module,
    names: Sequence[str],
    train: UnitOutputs,
    test: UnitOutputs,
    centroids: Mapping[str, Centres],
    *,
    settings: Mapping[str, Mapping[str, object]] | None = None,
    has_classes: bool = True,
) -> tuple[dict[str, Criterion], dict[str, str]]:
    """The criteria called ``names`` after they have seen ``test``, by name, and why others are left out.

    Importance-driven coverage is measured for each group of ``centroids``, and is called `idc <group>` where there are
    several. ``settings`` has those of a criterion, by its name. What needs classes is left out where there are none.

    Raises:
        ConfigError: there is no criterion of a name, or it does not take a setting.
        DataError, ModelError: see ``Criterion.observe``.
    """
    criteria: dict[str, Criterion] = {}
    left_out: dict[str, str] = {}
    for name in names:
        kind = criterion_named(name)
        if kind.needs_classes and not has_classes:
            left_out[name] = NO_CLASSES
        elif kind is ImportanceDrivenCoverage:
            left_out |= {} if centroids else {name: "no unit is the important one"}
            for group, centres in centroids.items():
                called = name if len(centroids) == 1 else f"{name} {group}"
                criteria[called] = ImportanceDrivenCoverage.of_centres(network, centres)
        else:
            criteria[name] = make_criterion(network, name, (settings or {}).get(name, {}))
    attempt(criteria, left_out, lambda criterion: _measure(criterion, train, test))
    return criteria, left_out


def attempt(criteria: dict[str, Criterion], left_out: dict[str, str], action: Callable[[Criterion], object]) -> None:
    """Does the ``action`` with each of the ``criteria``; one that cannot goes to those ``left_out``, with the reason.

    Raises:
        DataError, TrainingError: none of them can.
    """
    for name, criterion in list(criteria.items()):
        try:
            action(criterion)
        except (DataError, TrainingError) as error:
            if len(criteria) == 1:
                raise
            left_out[name] = str(error)
            del criteria[name]


def _measure(criterion: Criterion, train: UnitOutputs, test: UnitOutputs) -> None:
    if criterion.needs_build and not criterion.is_built:
        criterion.learn(train)
        criterion.finish_build()
    criterion.observe(test)
    criterion.compute()
