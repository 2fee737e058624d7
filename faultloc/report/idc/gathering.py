"""From what was measured to what the page shows."""

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
from jaxtyping import Float, Int

from faultloc.coverage import Coverage
from faultloc.methods.idc.criteria.idc import ImportanceDrivenCoverage
from faultloc.methods.idc.greedy import Additions
from faultloc.methods.idc.important_outputs import important_outputs, learnt_centres, reached_combinations
from faultloc.methods.idc.uncovered import Uncovered, nearest_uncovered
from faultloc.methods.idc.unit_outputs import Unit, UnitOutputs
from faultloc.report.idc.content import (
    CoveragePage,
    ShownAddition,
    ShownAdditions,
    ShownCombination,
    ShownImportant,
    ShownRelevance,
    ShownSample,
    ShownUncovered,
    ShownUnit,
)
from faultloc.report.idc.sentences import change_in_words, unit_in_words
from faultloc.report.shared.overlay import draw_overlay, lay_over
from faultloc.report.shared.pictures import draw_picture
from faultloc.report.shared.spelling import spell_input
from faultloc.subject.dataset import LabeledDataset

# Pixels of the longer side of a picture.
_EDGE = 112


@dataclass(frozen=True)
class SampleDrawer:
    """Draws samples of a ``dataset``; ``texts`` are its texts where it is one of texts, else tokens are spelt.

    ``has_labels`` is false of a pool that nobody has labelled.
    """

    dataset: LabeledDataset
    texts: Sequence[str] = ()
    vocabulary: Sequence[str] = ()
    has_labels: bool = True

    def draw(self, place: int) -> ShownSample:
        """The sample at a ``place`` as the page shows it."""
        dataset = self.dataset
        picture = draw_picture(dataset.inputs[place], dataset.input_kind, _EDGE)
        text = "" if picture else spell_input(dataset, place, self.texts, self.vocabulary)
        label = str(dataset.names_of(dataset.labels[place : place + 1])[0]) if self.has_labels else ""
        return ShownSample(str(dataset.sample_ids[place]), label, picture, text)


def pages_of(
    found: Sequence[Coverage],
    important: Sequence[ImportanceDrivenCoverage],
    test: UnitOutputs,
    drawer: SampleDrawer,
    *,
    nearest: int = 20,
) -> list[CoveragePage]:
    """A page for each of the criteria about ``important`` units, or one about what was ``found`` where there is none.

    The criteria have seen ``test``, whose samples ``drawer`` draws.
    """
    plain = CoveragePage(test_samples=len(test), criteria=found)
    pages = []
    for criterion in important:
        values = important_outputs(criterion, [test])
        shown = show_important(criterion, values, nearest_uncovered(criterion, values, nearest), drawer)
        pages.append(replace(plain, important=shown))
    return pages or [plain]


def show_important(
    criterion: ImportanceDrivenCoverage,
    values: Float[np.ndarray, "sample unit"],
    uncovered: Uncovered,
    drawer: SampleDrawer,
    *,
    importance: Mapping[str, Float[np.ndarray, "_"]] | None = None,
    layer_name: Callable[[str], str] = str,
    combinations: int = 12,
    examples: int = 6,
) -> ShownImportant:
    """What importance-driven coverage found on a suite, whose ``important_outputs`` are ``values``.

    ``importance`` has a number for each unit of a layer. ``layer_name`` makes the name for people of a layer's. The
    ``combinations`` that most samples reach are shown with so many ``examples`` each.
    """
    centres = learnt_centres(criterion)
    reached = reached_combinations(criterion, values)
    names = [unit_in_words((layer_name(layer), number)) for layer, number in criterion.units]
    units = []
    for place, (unit, name) in enumerate(zip(criterion.units, names, strict=True)):
        counts = np.bincount(reached[:, place], minlength=len(centres[unit]))
        score = None if importance is None else float(importance[unit[0]][unit[1]])
        units.append(ShownUnit(name, centres[unit].tolist(), values[:, place], counts.tolist(), score))
    of_unit = dict(zip(criterion.units, names, strict=True))
    return ShownImportant(
        criterion.compute(),
        units,
        _commonest(reached, drawer, combinations, examples),
        _nearest(uncovered, drawer, of_unit),
        uncovered.is_complete,
    )


def show_additions(additions: Additions, total: int, drawer: SampleDrawer) -> ShownAdditions:
    """The inputs to add, of the pool that ``drawer`` draws; ``total`` is what the criterion has to cover."""
    chosen = [
        ShownAddition(drawer.draw(addition.place), addition.gain, addition.covered) for addition in additions.chosen
    ]
    return ShownAdditions(
        additions.criterion, chosen, additions.covered_before, total, additions.pool, additions.is_exhausted
    )


def show_relevance(
    drawer: SampleDrawer,
    places: Sequence[int],
    relevance: Float[np.ndarray, "shown ..."],
    predicted: Sequence[str],
) -> list[ShownRelevance]:
    """The relevance of the inputs laid over the samples at ``places`` that are pictures; channels are added up."""
    found = []
    for place, heat, said in zip(places, relevance, predicted, strict=True):
        sample = drawer.draw(place)
        if sample.picture is not None:
            flat = heat.reshape(-1, *heat.shape[-2:]).sum(axis=0, dtype=np.float64)
            found.append(
                ShownRelevance(sample, lay_over(sample.picture, draw_overlay(flat, sample.picture.size)), said)
            )
    return found


def _commonest(
    reached: Int[np.ndarray, "sample unit"], drawer: SampleDrawer, combinations: int, examples: int
) -> list[ShownCombination]:
    rows = [tuple(row) for row in reached.tolist()]
    counts = sorted(Counter(rows).items(), key=lambda entry: (-entry[1], entry[0]))[:combinations]
    places: dict[tuple[int, ...], list[int]] = {combination: [] for combination, _ in counts}
    for place, row in enumerate(rows):
        if row in places and len(places[row]) < examples:
            places[row].append(place)
    return [ShownCombination(row, count, [drawer.draw(place) for place in places[row]]) for row, count in counts]


def _nearest(uncovered: Uncovered, drawer: SampleDrawer, names: Mapping[Unit, str]) -> list[ShownUncovered]:
    order = list(names)
    return [
        ShownUncovered(
            near.combination,
            drawer.draw(near.sample),
            near.distance,
            [order.index(change.unit) for change in near.changes],
            [change_in_words(change, names[change.unit]) for change in near.changes],
        )
        for near in uncovered.nearest
    ]
