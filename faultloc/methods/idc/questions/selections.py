"""From which layers a question takes important units, and how many."""

from collections.abc import Sequence

from faultloc.errors import ConfigError
from faultloc.methods.idc.importance import Importance

# A layer's name, or None for all but the last; and how many units.
Selection = tuple[str | None, int]


def selections(importance: Importance, counts: Sequence[int], layer_counts: Sequence[int]) -> list[Selection]:
    """Each of ``counts`` from all layers but the last, and each of ``layer_counts`` from each of these layers.

    Only where there are more units than that: without all units of a layer no other would be left to compare with.

    Raises:
        ConfigError: no number is that small.
    """
    widths = {name: len(scores) for name, scores in list(importance.items())[:-1]}
    found: list[Selection] = [(None, count) for count in counts if count < sum(widths.values())]
    found += [(name, count) for name, width in widths.items() for count in layer_counts if count < width]
    if not found:
        raise ConfigError(
            f"the numbers of units are {sorted({*counts, *layer_counts})}, and the layers but the last have "
            f"{sum(widths.values())}; expected a smaller one"
        )
    return found
