"""A scheduler that waits for a figure to get better and is told the wrong way in which it does."""

import math
from itertools import pairwise

import numpy as np

from faultloc.methods.deep_localize.catalogue import Symptom
from faultloc.methods.deep_localize.finding import OPTIMIZER
from faultloc.methods.deep_localize.history import History
from faultloc.methods.deep_localize.hooks.schedules import Plateau

_EACH_FELL, _ALL_FELL, _FEWEST_CUTS, _FEWEST_CALLS, _SMALLER = 0.99, 0.96, 2, 3, 0.6


def check_plateau(history: History) -> Symptom | None:
    """A symptom where a rate was cut twice, its figure never got better, and the loss fell before the first cut.

    A figure that is a loss falls in the first calls as the training's loss does, an accuracy rises.
    """
    rates = [sample.learning_rate for sample in history.sampled]
    if not rates or not 0 < rates[-1] < _SMALLER**_FEWEST_CUTS * rates[0] or history.plateau_asked == rates[-1]:
        return None
    history.plateau_asked = rates[-1]
    for one in history.plateaus():
        if _never_better(one, rates[0]) and _fell_at_first(history, one):
            other = "max" if one.mode == "min" else "min"
            return Symptom(
                "optimizer.plateau", OPTIMIZER, one.calls, 0,
                f"ReduceLROnPlateau(mode={one.mode!r}) has cut the learning rate from {rates[0]:.2g} to "
                f"{rates[-1]:.2g}: of {one.calls} figures none was better than the first, though the training's loss "
                f"fell; such a figure needs mode={other!r}",
            )  # fmt: skip
    return None


def _never_better(one: Plateau, base_rate: float) -> bool:
    """Whether every call but the first counted as a bad one; ``base_rate`` is that before all cuts."""
    if one.calls < _FEWEST_CALLS or not 0 < one.factor < 1 or one.cooldown or min(one.rate, base_rate) <= 0:
        return False
    cuts = round(math.log(one.rate / base_rate) / math.log(one.factor))
    return cuts >= _FEWEST_CUTS and cuts * (one.patience + 1) + one.bad_calls == one.calls - 1


def _fell_at_first(history: History, one: Plateau) -> bool:
    """Whether the mean loss between the first calls fell, up to the first cut."""
    length = len(history.losses) // one.calls
    count = min(one.patience + 2, one.calls)
    means = [float(np.mean(history.losses[at * length : (at + 1) * length])) for at in range(count)] if length else []
    each = all(after < _EACH_FELL * before for before, after in pairwise(means))
    return len(means) > 1 and each and means[-1] < _ALL_FELL * means[0]
