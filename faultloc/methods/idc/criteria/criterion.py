"""What all criteria share: learn from training data, go through a test suite batch by batch, compute, merge."""

import copy
from abc import ABC, abstractmethod
from collections.abc import Iterable, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, ClassVar

import numpy as np
import torch
from torch import Tensor, nn

from faultloc.coverage import Coverage
from faultloc.errors import ConfigError, DataError, ModelError
from faultloc.methods.idc.unit_outputs import UnitOutputs
from faultloc.methods.idc.units import UnitReader
from faultloc.probes.layer_outputs import Point

if TYPE_CHECKING:
    from typing import Self
else:
    Self = object  # what checks types while tests run looks at methods one by one, and knows no Self


class Criterion(ABC):
    """A criterion of coverage, in the manner of a metric: what it holds does not grow with units times samples.

        criterion = KMultisectionCoverage(model, sections=1000).build(train_loader)
        for batch in test_loader:
            criterion.update(batch)
        criterion.compute()

    A batch is a tensor of inputs, or inputs, labels and whatever else. ``layers`` and ``point`` say which units are
    looked at and where (``UnitReader``). A new criterion gives what is abstract here, ``name``, and:

    ``needs_build``: it learns something of training data first. ``needs_classes``: it means nothing where the network
    does not answer with classes. ``is_order_free``: what is covered does not depend on the order of samples, nor on
    batches and shards, so that shards can be merged. ``shared``: the names of the settings and of what was learnt;
    shards are merged only if they have the same.
    """

    name: ClassVar[str]
    needs_build: ClassVar[bool] = False
    needs_classes: ClassVar[bool] = False
    is_order_free: ClassVar[bool] = True
    shared: ClassVar[tuple[str, ...]] = ()

    def __init__(self, model: nn.Module, *, layers: Sequence[str] | None = None, point: Point = "before") -> None:
        self.reader = UnitReader(model, layers, point)
        self.samples = 0
        self._layout: tuple[tuple[str, int], ...] | None = None
        self._is_built = False

    @property
    def is_built(self) -> bool:
        """True where it has learnt of training data, or was made with what it would learn."""
        return self._is_built

    def build(self, loader: Iterable[object]) -> Self:
        """Itself, having learnt of the training data what it needs; most criteria need nothing and read nothing.

        Raises:
            ConfigError: it is in use already.
            DataError: the training data hold no sample.
        """
        self.require_new()
        if isinstance(loader, Tensor):
            raise DataError("build was given one tensor; expected an iterable of batches, such as a data loader")
        if self.needs_build:
            for batch in loader:
                self.learn(self.reader.read(batch))
            self.finish_build()
        return self

    def require_new(self) -> None:
        """Nothing.

        Raises:
            ConfigError: it has learnt or seen something.
        """
        if self._layout is not None:
            raise ConfigError(f"the criterion {self.name} is built or in use already; make a new one for other data")

    def learn(self, units: UnitOutputs) -> None:
        """``build`` with a batch whose units have been read, for several criteria at once; ``finish_build`` ends it."""
        if self._is_built:
            raise ConfigError(f"the criterion {self.name} is built already; make a new one for other data")
        self._fit(units)
        self._learn(units)

    def finish_build(self) -> None:
        """Ends what ``learn`` began.

        Raises:
            DataError: it has learnt of no sample.
        """
        if self._layout is None:
            raise DataError(f"the training data hold no sample; expected some for the criterion {self.name}")
        self._finish()
        self._is_built = True

    def update(self, batch: object) -> None:
        """Counts what the samples of a batch cover; what is covered stays covered.

        Raises:
            ConfigError: the criterion needs training data first.
            DataError, ModelError, TrainingError: see ``UnitReader.read``; nothing is counted then.
        """
        self._require_built()
        self.observe(self.reader.read(batch))

    def observe(self, units: UnitOutputs) -> None:
        """``update`` with a batch whose units have been read, for several criteria at once."""
        self._require_built()
        self._fit(units)
        self._observe(units)
        self.samples += len(units)

    def compute(self) -> Coverage:
        """What all batches so far cover; it may be asked at any time, and changes nothing.

        Raises:
            DataError: there was no batch.
        """
        if not self.samples:
            raise DataError(f"the criterion {self.name} has seen no test sample; expected a batch before the result")
        found = self._coverage()
        if found.is_saturated:
            kind = f"saturated: no other {self.samples} samples would cover more, so it does not tell such suites apart"
            found = replace(found, notes=(*found.notes, kind))
        return found

    def fresh(self) -> Self:
        """The same criterion, with what it has learnt, that has seen no test sample: one for each shard."""
        other = copy.copy(self)
        other.samples = 0
        if other._layout is not None:
            other._begin(tuple(width for _, width in other._layout))
        return other

    def merge(self, other: Self) -> Self:
        """Itself, as if it had seen the samples of ``other`` too; ``other`` is left as it is.

        Raises:
            ConfigError: the criterion depends on the order of samples, or both are not of one kind, model, build and
                settings.
        """
        if not self.is_order_free:
            raise ConfigError(
                f"the criterion {self.name} depends on the order of the samples, so shards of it cannot be merged; "
                "expected one criterion that goes through all samples"
            )
        self._require_same(other)
        if other.samples:
            if self._layout is None:
                self._layout = other._layout
                self._begin(tuple(width for _, width in other._layout or ()))
            self._merge(other)
            self.samples += other.samples
        return self

    def _require_built(self) -> None:
        if self.needs_build and not self._is_built:
            raise ConfigError(f"the criterion {self.name} needs training data first; expected build(train_loader)")

    def _require_same(self, other: "Criterion") -> None:
        if type(other) is not type(self):
            raise ConfigError(f"a criterion {self.name} cannot be merged with a {other.name}; expected two of a kind")
        layouts = {self._layout, other._layout} - {None}
        # What was not learnt yet is no attribute.
        shared = [(getattr(self, name, None), getattr(other, name, None)) for name in self.shared]
        is_same = all(_is_same(one, another) for one, another in shared)
        is_same &= self.reader.point == other.reader.point and _is_same_model(self.reader.model, other.reader.model)
        if len(layouts) > 1 or not is_same:
            raise ConfigError(
                f"two criteria {self.name} differ in model, settings, layers or training data, so they cannot be "
                "merged; expected shards that come from one by fresh()"
            )

    def _fit(self, units: UnitOutputs) -> None:
        layout = tuple(zip(units.layers, units.widths, strict=True))
        if self._layout is None:
            self._layout = layout
            self._begin(units.widths)
        elif layout != self._layout:
            raise ModelError(
                f"a batch gives other units than the first one: {dict(layout)}, expected {dict(self._layout)}; "
                "coverage needs inputs that all pass the same layers"
            )

    @abstractmethod
    def _begin(self, widths: tuple[int, ...]) -> None:
        """Makes the state of no test sample seen, for layers of so many units; new arrays, since shards share none."""

    def _learn(self, units: UnitOutputs) -> None:  # noqa: B027
        """Learns from a batch of training data."""

    def _finish(self) -> None:  # noqa: B027
        """Ends the learning."""

    @abstractmethod
    def _observe(self, units: UnitOutputs) -> None:
        """Adds to the state what a batch covers; ``samples`` does not count it yet."""

    def _merge(self, other: Self) -> None:
        """Adds to the state that of another, which has seen something."""
        raise NotImplementedError(f"{type(self).__name__} declares that it is free of order, and does not merge")

    @abstractmethod
    def _coverage(self) -> Coverage:
        """The coverage of the state, of at least one sample."""


def _is_same_model(one: nn.Module, another: nn.Module) -> bool:
    """True of one model, and of its copy in another process."""
    if one is another:
        return True
    weights, others = one.state_dict(), another.state_dict()
    return weights.keys() == others.keys() and all(
        torch.equal(weights[name].cpu(), others[name].cpu()) for name in weights
    )


def _is_same(one: object, other: object) -> bool:
    if isinstance(one, np.ndarray) or isinstance(other, np.ndarray):
        return isinstance(one, np.ndarray) and isinstance(other, np.ndarray) and np.array_equal(one, other)
    if isinstance(one, dict) and isinstance(other, dict):
        return one.keys() == other.keys() and all(_is_same(one[key], other[key]) for key in one)
    return one == other
