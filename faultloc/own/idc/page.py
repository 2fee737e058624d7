"""What the page about coverage shows of a model at hand, gathered from what was measured."""

import functools
from collections.abc import Sequence

import numpy as np

from faultloc.coverage import Coverage
from faultloc.errors import FaultlocError
from faultloc.methods.idc.common_units import CommonUnits, common_units
from faultloc.methods.idc.greedy import Additions
from faultloc.methods.idc.selection import TOGETHER, select_units
from faultloc.methods.idc.uncovered import Uncovered
from faultloc.own.brought import Brought
from faultloc.own.idc.important import Important
from faultloc.own.idc.measuring import Measured
from faultloc.own.layer_names import full_name, own_name
from faultloc.probes.predictions import predict_logits
from faultloc.probes.relevance.input_heatmaps import read_input_relevance
from faultloc.report.idc.content import CoveragePage, ShownRelevance
from faultloc.report.idc.gathering import SampleDrawer, show_additions, show_important, show_relevance
from faultloc.subject.batches import as_tensor
from faultloc.subject.dataset import LabeledDataset

# Images that the relevance is laid over, spread evenly over the test set, which stands in the order of its classes.
_LAID = 8
# The rule that says what speaks against the class too, and the most stable one, for networks on which that diverges.
_RULES = ("epsilon", "zplus")


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
    drawer = SampleDrawer(test, (), brought.splits.vocabulary)
    shown = None
    if group is not None and uncovered is not None:
        full = {full_name(brought.network, name): scores for name, scores in important.importance.items()}
        name_of = functools.partial(own_name, brought.network)
        shown = show_important(
            measured.idc[group], measured.outputs[group], uncovered, drawer, importance=full, layer_name=name_of
        )
    added = None
    if additions is not None and group is not None:
        chosen, pool = additions
        drawn = SampleDrawer(pool, (), brought.splits.vocabulary, has_labels=False)
        added = show_additions(chosen, int(measured.idc[group].compute().total), drawn)
    return CoveragePage(
        test_samples=len(test),
        criteria=_about(measured, group),
        layer="" if group in (None, TOGETHER) else own_name(brought.network, group),
        important=shown,
        additions=added,
        common=None if group is None else _common(important, group, top),
        laid=_laid(brought, drawer),
        about=brought.about,
    )


def _about(measured: Measured, group: str | None) -> list[Coverage]:
    """The coverage by each criterion, and of several groups of important units by those of ``group``."""
    others = [criterion for name, criterion in measured.idc.items() if name != group]
    return [found for name, found in measured.found.items() if measured.criteria[name] not in others]


def _common(important: Important, group: str, top: int) -> CommonUnits | None:
    """What the important units of each class have in common, where importance was read class by class."""
    if len(important.by_class) < 2:
        return None
    layers = list(important.importance)[:-1] if group == TOGETHER else [group]
    wanted = min(top, sum(len(important.importance[layer]) for layer in layers))
    layer = None if group == TOGETHER else group
    chosen = {name: select_units(found, wanted, layer=layer) for name, found in important.by_class.items()}
    return common_units(chosen, layers)


def _laid(brought: Brought, drawer: SampleDrawer) -> Sequence[ShownRelevance]:
    """Relevance laid over a few images; nothing where the samples are no images or the network has no relevance."""
    test = drawer.dataset
    if test.input_kind == "tokens" or test.inputs.ndim != 4:
        return ()
    places = np.unique(np.linspace(0, len(test) - 1, _LAID).astype(np.int64))
    images = as_tensor(test.inputs[places], brought.device)
    for rule in _RULES:
        try:
            heat = read_input_relevance(brought.network, images, rule=rule, batch_size=len(places))
            said = predict_logits(brought.network, images, batch_size=len(places)).argmax(1)
        except FaultlocError:  # an addition to the page: what is measured does not hang on it
            continue
        names = [str(name) for name in test.names_of(said)]
        return show_relevance(drawer, places.tolist(), heat, names)
    return ()
