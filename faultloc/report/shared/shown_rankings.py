"""Which rankings are shown beside one another, what they are called and how their curves are drawn.

A method says so of its own rankings and of those that they are compared with; what draws and lists them knows none.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

from faultloc.report.shared.theme import CurveStyle


@dataclass(frozen=True)
class ShownRankings:
    """Rankings by name; ``main`` are the method's own, in the order of the tables.

    ``titles`` are what people call them, the others in their order below. A name that begins with ``prefix`` and is
    none of the main ones is an ablation of ``whole``: the rest of it names the parts that were left, joined by `+`.
    ``curves`` are drawn from back to front; the legend lists them the other way round.
    """

    main: Sequence[str]
    titles: Mapping[str, str]
    prefix: str
    whole: str
    curves: Mapping[str, CurveStyle]

    def title(self, name: str) -> str:
        """What people call the ranking ``name``; an ablation is named by the parts that it keeps."""
        if name not in self.titles and name.startswith(self.prefix):
            return f"{name.removeprefix(self.prefix).replace('+', ' + ')} only"
        return self.titles.get(name, name)

    def curve_title(self, name: str) -> str:
        """The same for a curve, which may be that of no ranking: the ``ideal`` one."""
        return name if name == "ideal" else self.title(name)

    def is_ablation(self, name: str) -> bool:
        """True for the method with some of its parts only."""
        return name.startswith(self.prefix) and name not in self.main

    def ordered(self, names: Iterable[str]) -> list[str]:
        """Those of ``names`` that are no ablation: the main ones, the others as they are listed, then strangers."""
        names = set(names)
        order = [*self.main, *(name for name in self.titles if name not in self.main)]
        known = [name for name in order if name in names]
        return [*known, *sorted(name for name in names if name not in order and not self.is_ablation(name))]

    def ablations(self, names: Iterable[str]) -> list[str]:
        """The ablations among ``names``, those that keep most parts first."""
        return sorted(filter(self.is_ablation, names), key=lambda name: (-name.count("+"), name))

    def beside_whole(self, names: Iterable[str]) -> list[str]:
        """The whole method, where it is among ``names``, and its ablations; empty where there are none."""
        names = list(names)
        kept = self.ablations(names)
        return [*([self.whole] if self.whole in names and kept else []), *kept]

    def with_curve_of(self, name: str, style: CurveStyle) -> "ShownRankings":
        """The same, with the curve of ``name`` in this style too, behind the main ones, where it has none."""
        if name in self.curves or (name == "squared_error" and "loss" in self.curves):
            return self
        behind = {other: drawn for other, drawn in self.curves.items() if other not in self.main}
        own = {other: drawn for other, drawn in self.curves.items() if other in self.main}
        return replace(self, curves={**behind, name: style, **own})

    def curves_of(self, columns: Collection[str]) -> Mapping[str, CurveStyle]:
        """How the curves in a table with ``columns`` are drawn; the loss of a regression goes by its own name."""
        if "squared_error" not in columns:
            return self.curves
        return {"squared_error" if name == "loss" else name: style for name, style in self.curves.items()}

    def drawn(self, columns: Collection[str]) -> list[str]:
        """The ``columns`` that are drawn, from back to front."""
        return [name for name in self.curves_of(columns) if name in columns]
