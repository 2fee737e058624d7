"""The root causes as people see them."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from jaxtyping import Float
from PIL import Image

from faultloc.methods.hudd.errors import Errors
from faultloc.methods.hudd.root_causes import RootCauses
from faultloc.report.shared.overlay import draw_overlay
from faultloc.report.shared.pictures import draw_picture
from faultloc.report.shared.spelling import spell_input
from faultloc.subject.dataset import LabeledDataset

# Pixels of the longer side of a picture on a contact sheet.
EDGE = 112
OUTLIERS = 0


@dataclass(frozen=True)
class ShownError:
    """One error: a picture, or else a text."""

    sample_id: str
    given_label: str
    predicted_label: str
    picture: Image.Image | None
    text: str


@dataclass(frozen=True)
class ShownCause:
    """A cluster of errors, numbered from 1, or the outliers, numbered 0; its medoid stands first among its ``errors``.

    ``size`` counts all of its errors, ``share`` is that of all errors. ``confusions`` are the pairs of given and
    predicted labels with their numbers, the commonest first, ``given`` and ``predicted`` the same of one of the two.
    ``overlay`` is the mean heatmap, of the size of the pictures. ``unusual`` says which known parameters of the samples
    are.
    """

    number: int
    size: int
    share: float
    errors: Sequence[ShownError]
    confusions: Sequence[tuple[tuple[str, str], int]]
    given: Sequence[tuple[str, int]]
    predicted: Sequence[tuple[str, int]]
    overlay: Image.Image | None
    unusual: Sequence[str] = ()

    @property
    def given_purity(self) -> float:
        """The share of its errors that have its commonest given label, in (0, 1]."""
        return self.given[0][1] / self.size

    @property
    def pair_share(self) -> float:
        """The share of its errors that have its commonest given and its commonest predicted label, in [0, 1]."""
        pair = (self.given[0][0], self.predicted[0][0])
        return dict(self.confusions).get(pair, 0) / self.size

    @property
    def predicted_purity(self) -> float:
        """The share of its errors that are taken for its commonest predicted label, in (0, 1]."""
        return self.predicted[0][1] / self.size


def show_causes(
    dataset: LabeledDataset,
    errors: Errors,
    causes: RootCauses,
    *,
    count: int,
    heatmaps: Float[np.ndarray, "error _ _"] | None = None,
    texts: Sequence[str] = (),
    vocabulary: Sequence[str] = (),
    unusual: Mapping[int, Sequence[str]] | None = None,
) -> list[ShownCause]:
    """Each cause with its first ``count`` errors, the largest cause first, the outliers last.

    ``dataset`` is the split that the ``errors`` are of, ``texts`` its texts where it is one of texts, and
    without them tokens are spelt with ``vocabulary``. ``unusual`` says
    for a cause, by its number from 1, what is unusual in it.
    """
    groups = {number + 1: causes.members(number) for number in range(len(causes.medoids))}
    apart = np.flatnonzero(causes.cluster < 0)
    if len(apart):
        groups[OUTLIERS] = apart
    given, predicted = dataset.names_of(errors.labels), dataset.names_of(errors.predicted)
    shown = []
    for number, members in groups.items():
        pictured = []
        for member in members[:count].tolist():
            place = int(errors.places[member])
            picture = draw_picture(dataset.inputs[place], dataset.input_kind, EDGE)
            text = "" if picture else spell_input(dataset, place, texts, vocabulary)
            pictured.append(
                ShownError(str(dataset.sample_ids[place]), str(given[member]), str(predicted[member]), picture, text)
            )
        first = pictured[0].picture
        overlay = None
        if heatmaps is not None and first is not None and number != OUTLIERS:
            overlay = draw_overlay(heatmaps[members].mean(axis=0, dtype=np.float64), first.size)
        pairs = list(zip(given[members].tolist(), predicted[members].tolist(), strict=True))
        shown.append(
            ShownCause(
                number=number,
                size=len(members),
                share=len(members) / len(errors),
                errors=pictured,
                confusions=_counted(pairs),
                given=_counted([one for one, _ in pairs]),
                predicted=_counted([other for _, other in pairs]),
                overlay=overlay,
                unusual=tuple((unusual or {}).get(number, ())),
            )
        )
    return shown


def _counted(values: Sequence) -> list:
    """Each value and how often it is there, the commonest first, equally common ones by the alphabet."""
    return sorted(Counter(values).items(), key=lambda entry: (-entry[1], entry[0]))
