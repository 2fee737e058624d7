"""Putting stored weights into a network, and saying which do not fit."""

from collections.abc import Iterable, Mapping

from torch import Tensor, nn

from faultloc.errors import ModelError

_SHOWN_NAMES = 3
# What DataParallel and torch.compile put before every name.
_WRAPPER_PREFIXES = ("module", "_orig_mod")


def put_weights(network: nn.Module, weights: Mapping[str, object], *, source: str) -> None:
    """Puts ``weights`` into ``network``; a prefix that all their names share is dropped where they fit without it.

    Raises:
        ModelError: they are not those of the network; ``source`` says where they come from.
    """
    wanted = network.state_dict()
    fitting = _without_prefix(weights, wanted)
    complaints = [
        *_named("it lacks", [name for name in wanted if name not in fitting]),
        *_named("it has, and the network has not,", [name for name in fitting if name not in wanted]),
        *_named("the shape differs for", _misshapen(fitting, wanted)),
    ]
    if complaints:
        raise ModelError(
            f"the weights in {source} are not those of {type(network).__name__}: {'; '.join(complaints)}; name the "
            "class that was trained, for this number of classes and this size of input"
        )
    try:
        network.load_state_dict(fitting)
    except (RuntimeError, TypeError) as error:
        reason = " ".join(str(error).split())[:300]
        raise ModelError(f"the weights in {source} do not fit {type(network).__name__}: {reason}") from error


def _without_prefix(weights: Mapping[str, object], wanted: Mapping[str, Tensor]) -> dict[str, object]:
    stripped = dict(weights)
    best = stripped
    while stripped.keys() != wanted.keys():
        prefixes = {name.partition(".")[0] for name in stripped}
        if len(prefixes) != 1 or not all("." in name for name in stripped):
            return best
        stripped = {name.partition(".")[2]: weight for name, weight in stripped.items()}
        # Names that do not fit either way are shown as they were stored, but for what a wrapper put before them.
        if prefixes <= set(_WRAPPER_PREFIXES):
            best = stripped
    return stripped


def _misshapen(weights: Mapping[str, object], wanted: Mapping[str, Tensor]) -> list[str]:
    shapes = {
        name: (tuple(weight.shape), tuple(wanted[name].shape))
        for name, weight in weights.items()
        if isinstance(weight, Tensor) and isinstance(wanted.get(name), Tensor) and not _is_lazy(wanted[name])
    }
    return [f"{name} (stored {found}, expected {asked})" for name, (found, asked) in shapes.items() if found != asked]


def _is_lazy(weight: Tensor) -> bool:
    return nn.parameter.is_lazy(weight)


def _named(what: str, names: Iterable[str]) -> list[str]:
    names = list(names)
    more = f" and {len(names) - _SHOWN_NAMES} more" if len(names) > _SHOWN_NAMES else ""
    return [f"{what} {', '.join(names[:_SHOWN_NAMES])}{more}"] if names else []
