"""What the page about coverage shows of a model at hand, gathered from what was measured."""

from collections.abc import Mapping, Sequence

import numpy as np
from torch import nn

from faultloc.errors import FaultlocError
from faultloc.methods.idc.common_units import CommonUnits, common_units
from faultloc.methods.idc.criteria.idc import ImportanceDrivenCoverage
from faultloc.methods.idc.greedy import Additions
from faultloc.methods.idc.selection import TOGETHER, select_units
from faultloc.methods.idc.uncovered import Uncovered
from faultloc.own.brought import Brought
from faultloc.own.idc.important import Important
from faultloc.own.idc.measuring import Measured
from faultloc.own.layer_names import own_name
from faultloc.probes.predictions import predict_logits
from faultloc.probes.relevance.input_heatmaps import read_input_relevance
from faultloc.report.idc.content import CoveragePage, ShownRelevance
from faultloc.report.idc.gathering import SampleDrawer, show_additions, show_important, show_relevance
from faultloc.subject.batches import as_tensor
from faultloc.subject.dataset import LabeledDataset

# Images that the relevance is laid over, spread evenly over the test set, which stands in the order of its classes.
_LAID = 8
# By the rule that says something of every network that can be traced.
_RULE = "zplus"


def coverage_page(
    brought: Brought,
    important: Important,
    measured: Measured,
    test: LabeledDataset,
    *,
    group: str | None = None,
    uncovered: Uncovered | None = None,
    additions: tuple[Additions, LabeledDataset] | None = None,
    top: int,
) -> CoveragePage:
    """The page about all criteria and the important units of ``group``; None: there are none of these.

    ``additions`` come with the pool that they are of.
    """
    drawer = SampleDrawer(test, brought.splits.texts, brought.splits.vocabulary)
    name_of = _namer(brought.network)
    shown = None
    if group is not None and uncovered is not None:
        full = {_full(measured.idc[group], name, brought.network): scores for name, scores in important.importance.items()}
        shown = show_important(
            measured.idc[group], measured.outputs[group], uncovered, drawer, importance=full, layer_name=name_of
        )
    return CoveragePage(
        test_samples=len(test),
        criteria=list(measured.found.values()),
        important=shown,
        additions=None if additions is None else _added(measured, group, additions),
        common=None if group is None else _common(important, group, top),
        laid=_laid(brought, drawer),
        about=brought.about,
    )
