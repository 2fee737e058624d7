"""Neural coverage by covariance (NLC): how much a suite spreads the outputs of each layer beyond training."""

from typing import ClassVar

from faultloc.coverage import Coverage
from faultloc.errors import DataError
from faultloc.methods.idc.criteria.criterion import Criterion
from faultloc.methods.idc.moments import Moments
from faultloc.methods.idc.unit_outputs import UnitOutputs


class LayerCovarianceCoverage(Criterion):
    """How much the norm of NLC grows over that of training, as a share of that: 0 no growth, 1 doubled or more.

    The ``norm`` is the sum over layers of the mean absolute entry of the covariance matrix, in 0 to infinity. A batch
    changes a layer's covariance only where its norm grows by it, in training too; so the norm never falls, but depends
    on the order of samples and on the size of batches, and shards cannot be merged. The state is a matrix of 64-bit
    numbers a layer, of its units by its units.

    Raises:
        DataError: no unit changed in training.

    Source: Yuan, Pang and Wang, "Revisiting Neuron Coverage for DNN Testing", ICSE 2023, and its code.
    Differs: both give ``norm`` (the code adds 1), which has no upper end; the growth as a share, cut at 1, is how
    WISDOM makes a coverage of it. 64 bits instead of 32.
    """

    name: ClassVar[str] = "nlc"
    needs_build: ClassVar[bool] = True
    is_order_free: ClassVar[bool] = False
    _learnt: tuple[Moments, ...] | None = None

    def _begin(self, widths: tuple[int, ...]) -> None:
        self._moments = tuple(Moments.none(width) for width in widths) if self._learnt is None else self._learnt

    def _learn(self, units: UnitOutputs) -> None:
        self._observe(units)

    def _finish(self) -> None:
        self._learnt = self._moments
        if not self.norm > 0:
            raise DataError(
                "no unit changed over the training data; expected samples that differ, for a growth over it"
            )

    def _observe(self, units: UnitOutputs) -> None:
        changed = (kept.with_samples(new) for kept, new in zip(self._moments, units.values, strict=True))
        pairs = zip(self._moments, changed, strict=True)
        self._moments = tuple(max(kept, wider, key=lambda of: of.mean_covariance) for kept, wider in pairs)

    @property
    def norm(self) -> float:
        """The norm of NLC itself, after training and all batches so far: 0 or more, higher is a wider spread."""
        return sum(moments.mean_covariance for moments in self._moments)

    def _coverage(self) -> Coverage:
        assert self._learnt is not None
        before = sum(moments.mean_covariance for moments in self._learnt)
        growth = max(self.norm - before, 0.0)
        notes = ["depends on the order of the samples and the size of batches"]
        if growth > before:
            notes.append(f"the norm grew by {growth / before:.3g} times that of training, counted as 1")
        return Coverage(self.name, min(growth, before), before, before, tuple(notes))
