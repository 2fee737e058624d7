"""The page about coverage: one HTML file that needs no other."""

from collections.abc import Sequence
from pathlib import Path

from faultloc.coverage import Coverage
from faultloc.io.stores.artifacts import written_whole
from faultloc.methods.idc.common_units import CommonUnits
from faultloc.report.idc.content import CoveragePage, ShownAdditions, ShownImportant, ShownSample, ShownUnit
from faultloc.report.idc.histogram import HEIGHT, WIDTH, draw_histogram
from faultloc.report.idc.sentences import (
    COUNTED,
    gained,
    headline,
    how_chosen,
    how_many_laid,
    title_of,
    unit_in_words,
    why_no_more,
)
from faultloc.report.shared.counted import counted, spelt
from faultloc.report.shared.inlined import inlined
from faultloc.report.shared.metric_headings import percent
from faultloc.report.shared.pages import page_template

NAME = "report.html"
# More classes make a matrix that nobody reads.
_CLASSES = 40


def write_page(folder: Path, shown: CoveragePage) -> Path:
    """Writes `report.html` into ``folder`` whole or not at all; the same content gives the same bytes. Where it is."""
    with written_whole(folder / NAME) as temporary:
        temporary.write_text(render_page(shown), encoding="utf-8")
    return folder / NAME


def render_page(page: CoveragePage) -> str:
    """The HTML text: pictures inlined, all foreign text escaped, light and dark."""
    template = page_template("faultloc.report.idc", "template.html")
    return template.render(
        headline=headline(page),
        page=page,
        samples=counted(page.test_samples, "test sample"),
        facts=_facts(page),
        criteria=[_criterion(coverage) for coverage in page.criteria],
        important=None if page.important is None else _important(page.important, page.test_samples),
        additions=None if page.additions is None else _additions(page.additions),
        common=None if page.common is None else _common(page.common),
        how_many_laid=how_many_laid(page),
        laid=[
            {"sample": _sample(shown.sample), "laid": inlined(shown.laid), "predicted": shown.predicted}
            for shown in page.laid
        ],
    )


def _facts(page: CoveragePage) -> list[tuple[str, str]]:
    facts = []
    if page.important is not None:
        coverage, units = page.important.coverage, page.important.units
        if coverage.attainable == coverage.total:
            facts.append((percent(coverage.value), "of the combinations are covered"))
        else:
            facts.append(
                (
                    percent(coverage.share_of_attainable),
                    f"of what {counted(page.test_samples, 'sample')} could cover at most",
                )
            )
        unreached = sum(count == 0 for unit in units for count in unit.counts)
        clusters = sum(len(unit.counts) for unit in units)
        facts.append((f"{clusters - unreached} of {clusters}", "clusters of single units are reached by a test sample"))
    saturated = [coverage.criterion for coverage in page.criteria if coverage.is_saturated]
    if saturated and len(page.criteria) > 1:
        verb, they = ("criteria are", "they tell") if len(saturated) > 1 else ("criterion is", "it tells")
        facts.append((f"{len(saturated)} of {len(page.criteria)}", f"{verb} saturated: {they} nothing more"))
    if page.additions is not None:
        gain = sum(addition.gain for addition in page.additions.chosen)
        facts.append(
            (f"+{spelt(gain)}", f"covered by adding {counted(len(page.additions.chosen), 'input')} of the pool")
        )
    return facts


def _criterion(coverage: Coverage) -> dict[str, object]:
    notes = [note for note in coverage.notes if not note.startswith("saturated:")]
    return {
        "name": coverage.criterion,
        "title": title_of(coverage),
        "counted": COUNTED.get(coverage.criterion, ""),
        "value": _share(coverage.value, coverage.covered),
        "covered": spelt(coverage.covered),
        "total": spelt(coverage.total),
        "attainable": spelt(coverage.attainable),
        "share": _share(coverage.share_of_attainable, coverage.covered),
        "width": f"{100 * coverage.share_of_attainable:.2f}",
        "is_saturated": coverage.is_saturated,
        "notes": notes,
    }


def _share(share: float, covered: int | float) -> str:
    """A percentage that is not 0 where something is covered."""
    return "<\N{NO-BREAK SPACE}0.1\N{NO-BREAK SPACE}%" if covered and share < 0.0005 else percent(share)


def _important(important: ShownImportant, samples: int) -> dict[str, object]:
    coverage, units = important.coverage, important.units
    more, missing = int(coverage.covered) - len(important.covered), int(coverage.total) - int(coverage.covered)
    return {
        "names": [unit.name for unit in units],
        "units": [_unit(unit, samples) for unit in units],
        "covered": [
            {
                "cells": _cells(combination.clusters, units),
                "samples": spelt(combination.samples),
                "share": percent(combination.samples / samples),
                "width": f"{100 * combination.samples / samples:.2f}",
                "examples": [_sample(sample) for sample in combination.examples],
            }
            for combination in important.covered
        ],
        "more_covered": spelt(more) if more else "",
        "how_many_uncovered": f"{counted(missing, 'combination')} {'is' if missing == 1 else 'are'}",
        "uncovered": [
            {
                "cells": _cells(near.clusters, units, near.changed),
                "sample": _sample(near.sample),
                "distance": f"{near.distance:.2g}",
                "changes": list(near.changes),
            }
            for near in important.uncovered
        ],
        "is_complete": important.is_complete,
    }


def _unit(unit: ShownUnit, samples: int) -> dict[str, object]:
    return {
        "name": unit.name,
        "score": "" if unit.score is None else f"{unit.score:.3g}",
        "histogram": draw_histogram(unit),
        "size": (WIDTH, HEIGHT),
        "clusters": [
            {
                "centre": f"{centre:.3g}",
                "samples": spelt(count),
                "share": percent(count / samples),
                "is_empty": not count,
            }
            for centre, count in zip(unit.centres, unit.counts, strict=True)
        ],
    }


def _cells(clusters: Sequence[int], units: Sequence[ShownUnit], changed: Sequence[int] = ()) -> list[dict[str, object]]:
    """A cell a unit: the number of its cluster from 1, how high among the unit's that is, whether it has to change."""
    return [
        {
            "cluster": cluster + 1,
            "level": f"{100 * cluster / max(len(unit.centres) - 1, 1):.0f}",
            "unit": unit.name,
            "of": len(unit.centres),
            "is_changed": place in changed,
        }
        for place, (cluster, unit) in enumerate(zip(clusters, units, strict=True))
    ]


def _additions(additions: ShownAdditions) -> dict[str, object]:
    return {
        "criterion": additions.criterion,
        "how_chosen": how_chosen(additions),
        "why_no_more": why_no_more(additions),
        "gained": gained(additions),
        "chosen": [
            {"sample": _sample(addition.sample), "gain": spelt(addition.gain), "covered": spelt(addition.covered)}
            for addition in additions.chosen
        ],
    }


def _common(common: CommonUnits) -> dict[str, object]:
    shown = min(len(common.classes), _CLASSES)
    largest = max(int(common.by_layer.max()), 1)
    return {
        "classes": common.classes[:shown],
        "left_out": len(common.classes) - shown,
        "layers": common.layers,
        "overlap": [
            [{"text": f"{value:.2f}", "strength": f"{100 * value:.0f}"} for value in row[:shown]]
            for row in common.overlap[:shown].tolist()
        ],
        "by_layer": [
            [{"text": str(count), "strength": f"{100 * count / largest:.0f}"} for count in row]
            for row in common.by_layer[:shown].tolist()
        ],
        "in_all": [unit_in_words(unit) for unit in common.in_all],
    }


def _sample(sample: ShownSample) -> dict[str, str]:
    return {
        "id": sample.sample_id,
        "label": sample.label,
        "image": inlined(sample.picture),
        "text": sample.text,
    }
