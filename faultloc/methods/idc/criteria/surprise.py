"""What the three criteria of surprise share: how far a sample is from the training data of its class, in buckets."""

import math
from abc import abstractmethod
from collections import Counter
from collections.abc import Sequence
from typing import ClassVar, Literal

import numpy as np
from jaxtyping import Float, Int
from torch import nn

from faultloc.coverage import Coverage
from faultloc.errors import ConfigError, DataError, ModelError
from faultloc.methods.idc.criteria.criterion import Criterion, Self
from faultloc.methods.idc.unit_outputs import UnitOutputs
from faultloc.probes.layer_outputs import Point

Classes = Literal["predicted", "given"]


class SurpriseCriterion(Criterion):
    """The number of different buckets ``floor(surprise / width)`` that samples fall into.

    Without an ``upper`` end each sample might fall into a bucket of its own: ``total`` is the number of samples, and
    ``value`` may fall as samples come, ``covered`` never does. With one, ``total`` is the number of buckets from 0 to
    it, and samples beyond are noted, not counted. The class of a sample is the one ``predicted``, or the one ``given``
    with the batch, in training and test alike. Units whose variance in training is below ``min_variance`` are left out.

    A criterion gives ``usual_width``, ``_learn``, ``_finish`` and ``_surprises``. A surprise is NaN where training
    tells nothing of the class, infinite where it has no end; both are noted, not counted.

    Raises:
        ConfigError: the width or the upper end is not above 0, the variance below 0, or ``classes`` neither.

    Source: Kim, Feldt and Yoo, "Guiding Deep Learning System Testing Using Surprise Adequacy", ICSE 2019, section 3.3;
    all layers at once, buckets without an end and the smallest variance as in the code of NLC.
    Differs: the paper looks at one layer (``layers=[it]``) and shares the range up to ``upper`` among 1,000 buckets
    (``width=upper / 1000``). The code of NLC takes given labels (``classes="given"``), which adversarial samples do not
    have, and rounds towards 0, which makes one bucket of the two beside it.
    """

    needs_build: ClassVar[bool] = True
    needs_classes: ClassVar[bool] = True
    shared: ClassVar[tuple[str, ...]] = ("width", "upper", "classes", "min_variance")
    usual_width: ClassVar[float]

    def __init__(
        self,
        model: nn.Module,
        *,
        width: float | None = None,
        upper: float | None = None,
        classes: Classes = "predicted",
        min_variance: float = 1e-5,
        layers: Sequence[str] | None = None,
        point: Point = "before",
    ) -> None:
        super().__init__(model, layers=layers, point=point)
        width = self.usual_width if width is None else width
        if not width > 0 or (upper is not None and not upper > 0) or not min_variance >= 0:
            raise ConfigError(
                f"the criterion {self.name} is set to width {width}, upper end {upper}, smallest variance "
                f"{min_variance}; expected a width and an upper end above 0, and a variance of 0 or more"
            )
        if classes not in ("predicted", "given"):
            raise ConfigError(f"the classes of {self.name} are {classes!r}; expected 'predicted' or 'given'")
        self.width, self.upper, self.classes, self.min_variance = width, upper, classes, min_variance

    @abstractmethod
    def _surprises(
        self, traces: Float[np.ndarray, "sample neuron"], classes: Int[np.ndarray, "sample"]
    ) -> Float[np.ndarray, "sample"]:
        """How surprising each sample is: higher is farther from the training data of its class; in 64 bits."""

    def surprises(self, batch: object) -> Float[np.ndarray, "sample"]:
        """How surprising each sample of a batch is; counts nothing. NaN where training tells nothing of its class.

        Raises:
            ConfigError, DataError, ModelError, TrainingError: as ``update``.
        """
        self._require_built()
        units = self.reader.read(batch)
        self._fit(units)
        return self._surprises(units.joined_in_64_bits, self._classes(units))

    def _begin(self, widths: tuple[int, ...]) -> None:
        self._buckets: set[int] = set()
        self._not_counted: Counter[str] = Counter()

    def _classes(self, units: UnitOutputs) -> Int[np.ndarray, "sample"]:
        if self.classes == "given":
            if units.labels is None:
                raise DataError(
                    f"the criterion {self.name} is to take given labels, and a batch has none; expected inputs and "
                    "labels, or classes='predicted'"
                )
            return units.labels
        if units.answers is None or units.answers.shape[1] < 2:
            raise ModelError(
                f"the criterion {self.name} needs the class that the model predicts; expected a model that gives one "
                "number a class for each sample, or classes='given'"
            )
        return units.answers.argmax(1)

    def _observe(self, units: UnitOutputs) -> None:
        surprises = self._surprises(units.joined_in_64_bits, self._classes(units))
        is_number = np.isfinite(surprises)
        # Three tenths in buckets of a tenth are 2.9999999999999996, and products of matrices differ by as much from one
        # size of batch to another: what is whole but for rounding is whole.
        buckets = np.floor(np.round(surprises[is_number] / self.width, 9))
        if self.upper is not None:
            is_within = (buckets >= 0) & (buckets < self._last_bucket())
            self._not_counted["lie outside of the range of the buckets"] += int(np.count_nonzero(~is_within))
            buckets = buckets[is_within]
        self._buckets.update(int(bucket) for bucket in buckets)
        self._not_counted["are of a class that training tells nothing of"] += int(np.isnan(surprises).sum())
        self._not_counted["are surprising without end"] += int(np.isinf(surprises).sum())

    def _last_bucket(self) -> int:
        assert self.upper is not None
        return math.ceil(self.upper / self.width)

    def _merge(self, other: Self) -> None:
        self._buckets |= other._buckets
        self._not_counted += other._not_counted

    def _coverage(self) -> Coverage:
        total = self.samples if self.upper is None else self._last_bucket()
        reasons = [(number, why) for why, number in sorted(self._not_counted.items()) if number]
        notes = [f"{number} of {self.samples} samples {why}: not counted" for number, why in reasons]
        return Coverage(
            self.name, len(self._buckets), total, min(total, self.samples), (*notes, *self._notes_of_learning())
        )

    def _notes_of_learning(self) -> Sequence[str]:
        return ()
