"""Fault localization for deep learning: which sample, layer, neuron or test is to blame."""

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from faultloc.io.training_record import TrainingRecord
    from faultloc.own.dfaulo.found import DataFaults
    from faultloc.own.dfaulo.locate import locate_data_faults
    from faultloc.own.dfaulo.settings import LocateSettings
    from faultloc.own.hudd.find import find_root_causes
    from faultloc.own.hudd.found import RootCausesFound
    from faultloc.own.training_record.recorder import MarginRecorder
    from faultloc.own.training_record.with_index import WithIndex
    from faultloc.subject.recipe import TrainingRecipe

__all__ = [
    "DataFaults",
    "LocateSettings",
    "MarginRecorder",
    "RootCausesFound",
    "TrainingRecipe",
    "TrainingRecord",
    "WithIndex",
    "find_root_causes",
    "locate_data_faults",
]

__version__ = "0.1.0"

_HOMES = {
    "DataFaults": "faultloc.own.dfaulo.found",
    "LocateSettings": "faultloc.own.dfaulo.settings",
    "MarginRecorder": "faultloc.own.training_record.recorder",
    "RootCausesFound": "faultloc.own.hudd.found",
    "TrainingRecipe": "faultloc.subject.recipe",
    "TrainingRecord": "faultloc.io.training_record",
    "WithIndex": "faultloc.own.training_record.with_index",
    "find_root_causes": "faultloc.own.hudd.find",
    "locate_data_faults": "faultloc.own.dfaulo.locate",
}


def __getattr__(name: str) -> object:
    # Imported when they are asked for: `import faultloc` alone must not wait for PyTorch.
    if name not in _HOMES:
        raise AttributeError(f"module 'faultloc' has no attribute {name!r}")
    import importlib

    return getattr(importlib.import_module(_HOMES[name]), name)
