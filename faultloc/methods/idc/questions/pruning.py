"""RQ1: how much accuracy is lost without the units that are ranked first, beside units that are drawn."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from torch import nn

from faultloc.errors import ConfigError
from faultloc.methods.idc.importance import Importance
from faultloc.methods.idc.pruning import silencing
from faultloc.methods.idc.questions.estimates import Estimate, estimate_mean
from faultloc.methods.idc.questions.selections import Selection
from faultloc.methods.idc.questions.suites import Suite
from faultloc.methods.idc.selection import select_units
from faultloc.methods.idc.unit_outputs import Unit
from faultloc.probes.predictions import accuracy, predict_logits


@dataclass(frozen=True)
class PruningRow:
    """Accuracy lost by pruning, as a share of all samples: above 0 is a loss, below 0 a gain.

    ``drop`` is that of the units ranked first by ``ranking`` in ``layer`` (None: in all but the last), ``random`` that
    of as many units drawn from the same layers, ``matched`` of as many units of each layer as the ranked ones have
    there: what is left over it is owed to which units they are, not to where. ``by_layer`` says how many units of each
    layer were ranked first, and ``matched`` says little where that is all units of a layer: ``is_whole_layer``.
    """

    ranking: str
    layer: str | None
    count: int
    drop: float
    random: Estimate
    matched: Estimate
    by_layer: Mapping[str, int]
    is_whole_layer: bool

    @property
    def is_above_matched(self) -> bool:
        """True where the drop lies above the whole interval of units drawn from the same layers."""
        return self.drop > self.matched.high


def measure_pruning(
    network: nn.Module,
    test: Suite,
    rankings: Mapping[str, Importance],
    wanted: Iterable[Selection],
    *,
    repetitions: int,
    batch_size: int,
    rng: np.random.Generator,
) -> list[PruningRow]:
    """The loss of accuracy on ``test`` for each of the ``wanted`` selections by each ranking, beside two controls.

    Each control is drawn ``repetitions`` times; rankings share the random one of a selection.

    Raises:
        ConfigError: more units are asked for than there are, or fewer than two repetitions.

    Source: WISDOM's first research question, which has the random control over all layers only.
    """
    if repetitions < 2:
        raise ConfigError(f"the controls are repeated {repetitions} times; expected 2 or more, for an interval")
    losses = _Losses(network, test, batch_size)

    def control(pools: Mapping[str, list[Unit]], counts: Mapping[str, int]) -> Estimate:
        return estimate_mean([losses.of(_draw(pools, counts, rng)) for _ in range(repetitions)])

    rows = []
    for layer, count in wanted:
        random: Estimate | None = None
        for ranking, importance in rankings.items():
            chosen = select_units(importance, count, layer=layer)
            units = {name: [(name, number) for number in range(len(scores))] for name, scores in importance.items()}
            if random is None:
                pool = [layer] if layer is not None else list(units)[:-1]
                random = control({"": [unit for name in pool for unit in units[name]]}, {"": count})
            by_layer = Counter(name for name, _ in chosen)
            drop = losses.of(chosen)
            # Within one layer both controls are the same.
            matched = control(units, by_layer) if layer is None else random
            is_whole = any(number == len(units[name]) for name, number in by_layer.items())
            rows.append(PruningRow(ranking, layer, count, drop, random, matched, dict(by_layer), is_whole))
    return rows


class _Losses:
    """Accuracy lost by pruning, each set of units tried once."""

    def __init__(self, network: nn.Module, test: Suite, batch_size: int) -> None:
        self._network, self._test, self._batch_size = network, test, batch_size
        self._known: dict[frozenset[Unit], float] = {}
        self._before = self._accuracy([])

    def of(self, units: Sequence[Unit]) -> float:
        key = frozenset(units)
        if key not in self._known:
            self._known[key] = self._before - self._accuracy(units)
        return self._known[key]

    def _accuracy(self, units: Sequence[Unit]) -> float:
        with silencing(self._network, [units]):
            logits = predict_logits(self._network, self._test.inputs, batch_size=self._batch_size)
        return accuracy(logits, self._test.labels)


def _draw(pools: Mapping[str, list[Unit]], counts: Mapping[str, int], rng: np.random.Generator) -> list[Unit]:
    return [
        pools[name][place]
        for name, count in counts.items()
        for place in sorted(rng.choice(len(pools[name]), count, replace=False).tolist())
    ]
