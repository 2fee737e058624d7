"""What a reviewer gets to see of a sample: what is suspected, and why."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from faultloc.errors import DataError
from faultloc.io.results_store import Results
from faultloc.report.dfaulo.suspects import spell_input
from faultloc.report.shared.pictures import draw_picture
from faultloc.review.originals import Originals
from faultloc.review.showable import ImageFacts, read_facts
from faultloc.review.suggestion import Suggestion, suggestion_for, suspicion_words
from faultloc.subject.row_order import rows_of
from faultloc.verdict import Verdict

# Samples shown of each class, and classes in the mutants' opinions: what is seen at a glance.
_SHOWN_NEIGHBOURS = 4
_SHOWN_CLASSES = 4
# Characters of a text in the grid.
_GLIMPSE = 300
# Numbers of an input that is no picture, shown one by one.
_SHOWN_NUMBERS = 256


@dataclass(frozen=True)
class Neighbour:
    """A sample nearby; ``text`` is empty where there is a picture. ``doubted``: a verdict says its label is wrong."""

    row: int
    label: str
    text: str
    doubted: bool


@dataclass(frozen=True)
class Neighbourhood:
    """Samples nearby labelled ``label``, the nearest first; ``role``: what that label is to the sample in question."""

    label: str
    role: str
    samples: Sequence[Neighbour]


@dataclass(frozen=True)
class Opinion:
    """The mutants' probabilities for a class, in [0, 1]: of those trained with the sample (``seen``), and without."""

    label: str
    role: str
    seen: float
    unseen: float


@dataclass(frozen=True)
class Dossier:
    """One sample and the case against it.

    ``rank`` counts from 1, ``suspiciousness`` and ``certainty`` (of the suggested label, should the given one be wrong)
    lie in [0, 1]. ``text`` is empty where the input is a picture. ``suspicion`` is a heading and a sentence.
    ``original`` is about the file that the sample was read from; where that cannot be shown, ``no_original`` says why.
    ``input_words`` is the shape of the model's input; ``model_reads`` is what the model reads of a text, where that is
    not all. ``around``: the labels of the nearest samples, counted.
    """

    row: int
    sample_id: str
    rank: int
    given: str
    suggested: str
    suggested_class: int
    certainty: float
    kind: str
    suspiciousness: float
    is_picture: bool
    text: str
    suggestion: Suggestion
    suspicion: tuple[str, str]
    original: ImageFacts | None
    no_original: str
    input_words: str
    model_reads: str
    neighbourhoods: Sequence[Neighbourhood]
    nearest_count: int
    around: Sequence[tuple[str, int]]
    opinions: Sequence[Opinion]


class Dossiers:
    """The dossiers of all samples of ``results``, and their pictures; each is made when it is asked for."""

    def __init__(self, results: Results, originals: Originals | None = None) -> None:
        self._results, self._dataset = results, results.dataset
        self._originals = originals or Originals(results)
        self._names = list(results.dataset.class_names)
        self._class_of = {name: number for number, name in enumerate(self._names)}
        ids = results.ranking["sample_id"].to_numpy(np.str_)
        self._said = results.ranking.set_index(rows_of(ids, results.dataset.sample_ids, "the data set"))

    def open(self, row: int, verdicts: Mapping[str, Verdict]) -> Dossier:
        """The dossier of the sample at ``row``, in the light of ``verdicts`` on others."""
        said = self._said.loc[row].to_dict()
        given, suggested = str(said["given_label"]), str(said["suggested_label"])
        nearest = self._results.evidence.nearest[row]
        labels = [self._names[label] for label in self._dataset.labels[nearest]]
        text, kind = self._text(row), str(said["kind"])
        original, no_original = (None, "") if text and len(self._results.texts) else self._original(row)
        return Dossier(
            row=row,
            sample_id=str(said["sample_id"]),
            rank=int(said["rank"]),
            given=given,
            suggested=suggested,
            suggested_class=self._class_of.get(suggested, -1),
            certainty=float(said["suggested_probability"]),
            kind=kind,
            suspiciousness=float(said["suspiciousness"]),
            is_picture=not text or original is not None,
            text=text,
            suggestion=suggestion_for(kind, given, suggested, self._class_of),
            suspicion=suspicion_words(kind, given, suggested),
            original=original,
            no_original=no_original,
            input_words=" × ".join(str(length) for length in self._dataset.inputs.shape[1:]),
            model_reads=self._model_reads(row, text),
            neighbourhoods=self._neighbourhoods(nearest, labels, given, suggested, verdicts),
            nearest_count=len(nearest),
            around=Counter(labels).most_common(),
            opinions=self._opinions(row, given, suggested),
        )

    def has_pictures(self) -> bool:
        """True where the samples are seen, not read: by the first of them."""
        return len(self._dataset) > 0 and (not self._text(0) or self._original(0)[0] is not None)

    def glimpse(self, row: int) -> str:
        """The beginning of the sample at ``row``, in words."""
        return self._text(row)[:_GLIMPSE]

    def _original(self, row: int) -> tuple[ImageFacts | None, str]:
        found = self._originals.find(row)
        if found.path is None:
            return None, found.why
        try:
            return read_facts(found.path), ""
        except (DataError, OSError) as error:
            return None, str(error)

    def _model_reads(self, row: int, text: str) -> str:
        if self._dataset.input_kind != "tokens" or not text or not self._results.vocabulary:
            return ""
        read = spell_input(self._dataset, row, (), self._results.vocabulary)
        return "" if read == text else read or "(nothing)"

    def _text(self, row: int) -> str:
        sample, kind = self._dataset.inputs[row], self._dataset.input_kind
        # Whether a sample of bytes is a picture shows in a corner of it; numbers must all be finite.
        corner = sample[:, :1, :1] if kind == "image" and sample.ndim == 3 else sample
        if draw_picture(corner, kind, 1):
            return ""
        words = spell_input(self._dataset, row, self._results.texts, self._results.vocabulary) or "(empty)"
        if kind == "tokens" or len(self._results.texts) or sample.size > _SHOWN_NUMBERS:
            return words
        return f"{words}\n{' '.join(f'{value:.4g}' for value in sample.ravel().tolist())}"

    def _neighbourhoods(
        self,
        nearest: np.ndarray,
        labels: Sequence[str],
        given: str,
        suggested: str,
        verdicts: Mapping[str, Verdict],
    ) -> list[Neighbourhood]:
        found: dict[str, list[Neighbour]] = {given: [], suggested: []}
        # Where the nearest of all carries a third label, that label belongs into the picture too.
        found.setdefault(labels[0], [])
        for row, label in zip(nearest.tolist(), labels, strict=True):
            if label in found and len(found[label]) < _SHOWN_NEIGHBOURS:
                verdict = verdicts.get(str(self._dataset.sample_ids[row]))
                found[label].append(
                    Neighbour(row, label, self._text(row), doubted=verdict is not None and verdict.is_faulty)
                )
        return [Neighbourhood(label, _role(label, given, suggested), samples) for label, samples in found.items()]

    def _opinions(self, row: int, given: str, suggested: str) -> list[Opinion]:
        seen, unseen = self._results.evidence.seen[row], self._results.evidence.unseen[row]
        by_weight = np.argsort(-(seen + unseen), kind="stable")[:_SHOWN_CLASSES].tolist()
        shown = dict.fromkeys(
            [*(self._class_of[name] for name in (given, suggested) if name in self._class_of), *by_weight]
        )
        names = self._dataset.names_of(np.array(list(shown), np.int64)).tolist()
        opinions = [
            Opinion(name, _role(name, given, suggested), float(seen[number]), float(unseen[number]))
            for number, name in zip(shown, names, strict=True)
        ]
        return sorted(opinions, key=lambda opinion: -(opinion.seen + opinion.unseen))[: _SHOWN_CLASSES + 1]


def _role(label: str, given: str, suggested: str) -> str:
    return "given" if label == given else "suggested" if label == suggested else ""
