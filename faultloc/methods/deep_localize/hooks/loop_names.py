"""What the code that trains calls its numbers: the names of a step's rewards, of its ends, of what comes next."""

import itertools
import sys
from collections.abc import Iterable, Iterator, Mapping
from types import FrameType, ModuleType
from typing import TypeGuard

import numpy as np
import torch
from torch import Tensor, nn

_OURS = ("torch", "faultloc")
_MOST_FRAMES, _NEAR_FRAMES, _MOST_NUMBERS = 60, 3, 100_000
_INSTALLED = "site-packages"
_PLACES = (torch.int64, torch.int32, torch.float64)


def scopes_of(frame: FrameType | None) -> Iterator[Mapping[str, object]]:
    """The variables of the functions under way from ``frame`` outwards, each function's before its module's; but for
    torch's own and ours."""
    seen: set[int] = set()
    for one in _frames_of(frame):
        for scope in (one.f_locals, one.f_globals):
            if id(scope) not in seen:
                seen.add(id(scope))
                yield scope


def batches_of_the_loop(rows: int, given: Tensor | None = None, *, with_history: bool = True) -> dict[str, Tensor]:
    """By its name, what the innermost functions under way have at hand of ``rows`` rows; nothing of it is changed.

    Where two share a name it is the inner one's. Where the rows of what the model was ``given`` are those that a list
    of numbers at hand picks from a longer array, the same rows of the arrays as long as that are at hand as well.
    What the gradient flows through, as a loss of each row, is left out unless it may be ``with_history``.
    """
    found: dict[str, Tensor] = {}
    for scope in _near_scopes(sys._getframe(1)):
        if not with_history:
            scope = {name: value for name, value in scope.items() if not getattr(value, "requires_grad", False)}
        read = {name: _as_rows(value, rows) for name, value in scope.items()}
        at_hand = {name: numbers for name, numbers in read.items() if numbers is not None}
        picked = {} if given is None else dict(_picked(scope, at_hand.values(), given))
        found = {**picked, **at_hand, **found}
    return found


def _picked(scope: Mapping[str, object], at_hand: Iterable[Tensor], given: Tensor) -> Iterator[tuple[str, Tensor]]:
    # A plain list of places is read as numbers of any kind.
    flat = [one for one in at_hand if one.dim() == 1 and one.dtype in _PLACES]
    picks = [one.long() for one in flat if bool((one == one.round()).all())]
    longer = {name: value for name, value in scope.items() if _is_longer(value, len(given))}
    shape, states = given.shape[1:], given.detach()
    for pick, source in itertools.product(picks, longer.values()):
        whole = _as_rows(source, len(source))
        if whole is None or whole.shape[1:] != shape or int(pick.min()) < 0 or int(pick.max()) >= len(whole):
            continue
        if torch.equal(whole[pick.to(whole.device)].to(states), states):
            for name, value in longer.items():
                whole = _as_rows(value, len(source))
                if whole is not None:
                    yield name, whole[pick.to(whole.device)]
            return


def _is_longer(value: object, rows: int) -> TypeGuard[Tensor | np.ndarray]:
    return (type(value) is Tensor or isinstance(value, np.ndarray)) and value.ndim > 0 and len(value) > rows


def modules_of_the_loop() -> dict[str, nn.Module]:
    """By their names, the modules that the innermost functions under way, or the objects at their hand, have."""
    found: dict[str, nn.Module] = {}
    for scope in _near_scopes(sys._getframe(1)):
        for name, value in scope.items():
            if isinstance(value, nn.Module):
                found.setdefault(name, value)
            elif not isinstance(value, type | ModuleType):
                for inner, module in list(getattr(value, "__dict__", {}).items()):
                    if isinstance(module, nn.Module):
                        found.setdefault(inner, module)
    return found


def names_of(tensor: Tensor) -> list[str]:
    """What the innermost function under way that has a name for ``tensor`` calls it: several names may be one's."""
    named = ([name for name, value in scope.items() if value is tensor] for scope in _near_scopes(sys._getframe(1)))
    return next((names for names in named if names), [])


def words_of(name: str) -> frozenset[str]:
    """The words of a variable's name, in lower case: those of ``next_states`` are ``next`` and ``states``."""
    return frozenset(name.lower().split("_"))


def _frames_of(frame: FrameType | None) -> Iterator[FrameType]:
    for _ in range(_MOST_FRAMES):
        if frame is None:
            return
        if str(frame.f_globals.get("__name__", "")).partition(".")[0] not in _OURS:
            yield frame
        frame = frame.f_back


def _near_scopes(frame: FrameType) -> Iterator[dict[str, object]]:
    """Copies of the variables of the innermost functions that are of no installed package; at module level its own."""
    near = (one for one in _frames_of(frame) if _INSTALLED not in one.f_code.co_filename)
    for one in itertools.islice(near, _NEAR_FRAMES):
        yield dict(one.f_locals)


def _as_rows(value: object, rows: int) -> Tensor | None:
    if type(value) is Tensor:
        return value.detach() if value.dim() and len(value) == rows and value.layout == torch.strided else None
    if isinstance(value, np.ndarray):
        is_plain = value.ndim > 0 and len(value) == rows and value.dtype.kind in "fiub" and value.size <= _MOST_NUMBERS
        return torch.from_numpy(np.array(value)) if is_plain else None
    if isinstance(value, list | tuple) and len(value) == rows and all(isinstance(one, int | float) for one in value):
        return torch.tensor(value, dtype=torch.float64)
    return None
