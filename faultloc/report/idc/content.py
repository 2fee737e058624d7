"""Everything that the page about coverage says, gathered before any of it is drawn."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from jaxtyping import Float
from numpy import ndarray
from PIL import Image

from faultloc.coverage import Coverage
from faultloc.methods.idc.common_units import CommonUnits


@dataclass(frozen=True)
class ShownSample:
    """One input: a picture, or else a text. ``label`` is empty where none is known."""

    sample_id: str
    label: str
    picture: Image.Image | None
    text: str = ""


@dataclass(frozen=True, eq=False)
class ShownUnit:
    """An important unit: its clusters' ``centres``, ascending, and its ``outputs`` for the test samples.

    ``counts`` are the test samples in each cluster. ``score`` is its importance, or None where it is not known.
    """

    name: str
    centres: Sequence[float]
    outputs: Float[ndarray, "sample"]
    counts: Sequence[int]
    score: float | None = None


@dataclass(frozen=True)
class ShownCombination:
    """A combination that is covered, a cluster of each unit counted from 0, by ``samples`` test samples."""

    clusters: tuple[int, ...]
    samples: int
    examples: Sequence[ShownSample]


@dataclass(frozen=True)
class ShownUncovered:
    """A combination that is not covered; the nearest ``sample``, ``distance`` spreads away; the ``changes`` in words.

    ``changed`` are the places of the units that would have to change.
    """

    clusters: tuple[int, ...]
    sample: ShownSample
    distance: float
    changed: Sequence[int]
    changes: Sequence[str]


@dataclass(frozen=True)
class ShownImportant:
    """What importance-driven coverage looks at: the units, the combinations covered, those that are nearest to it.

    ``covered`` are the commonest first, of ``coverage.covered`` in all. ``is_complete`` is false where the search for
    the nearest came to its limit.
    """

    coverage: Coverage
    units: Sequence[ShownUnit]
    covered: Sequence[ShownCombination]
    uncovered: Sequence[ShownUncovered]
    is_complete: bool = True


@dataclass(frozen=True)
class ShownAddition:
    """An input of the pool to add, how much more is covered with it, and how much is covered then."""

    sample: ShownSample
    gain: int
    covered: int


@dataclass(frozen=True)
class ShownAdditions:
    """The inputs of a pool of ``pool`` that add most by ``criterion``, in their order.

    ``total`` is how much there is to cover. ``is_exhausted``: no other input of the pool would add anything.
    """

    criterion: str
    chosen: Sequence[ShownAddition]
    covered_before: int
    total: int
    pool: int
    is_exhausted: bool


@dataclass(frozen=True)
class ShownRelevance:
    """A sample, its picture in grey under its relevance, and what the model says of it."""

    sample: ShownSample
    laid: Image.Image
    predicted: str


@dataclass(frozen=True)
class CoveragePage:
    """The content of the page: what is None or empty is left out.

    ``criteria`` are all that were measured on ``test_samples`` test samples. The important units are of ``layer``,
    empty where they are of several. ``relevance_of`` says in words what the relevance laid over images is relevance
    for. ``about`` says which data and model they are, ``folders`` where files are, both by heading.
    """

    test_samples: int
    criteria: Sequence[Coverage]
    important: ShownImportant | None = None
    layer: str = ""
    additions: ShownAdditions | None = None
    common: CommonUnits | None = None
    laid: Sequence[ShownRelevance] = ()
    relevance_of: str = "the class that the model says"
    about: Mapping[str, str] = field(default_factory=dict)
    folders: Mapping[str, str] = field(default_factory=dict)
