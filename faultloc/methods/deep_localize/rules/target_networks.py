"""A target network that began as a copy of the one that is trained, and has stayed what it was."""

from collections.abc import Iterator
from dataclasses import dataclass

import torch
from torch import Tensor, nn

from faultloc.methods.deep_localize.catalogue import Symptom
from faultloc.methods.deep_localize.hooks.loop_names import modules_of_the_loop, words_of

_NAMES = frozenset({"target", "tgt"})
_FEWEST_STEPS = 300
# So many numbers of each parameter tell whether it has changed.
_SAMPLE = 16


@dataclass(frozen=True)
class _Copy:
    name: str
    module: nn.Module
    began_as: list[Tensor]


class TargetNetworks:
    """The networks that the loop calls a target's and that begin as copies of what is trained; they are to follow it.

    One that began otherwise is meant to stay: a random network that is to be foretold, for instance.
    """

    def __init__(self, model: nn.Module) -> None:
        self._model = model
        self._copies: list[_Copy] | None = None

    def look(self) -> None:
        """Looks for them once, at the first step."""
        if self._copies is not None:
            return
        self._copies = []
        trained = {id(one) for one in self._model.parameters()}
        begins = [_values(one) for one in self._model.modules() if any(True for _ in one.parameters())]
        for name, module in modules_of_the_loop().items():
            own = [id(one) for one in module.parameters()]
            if words_of(name) & _NAMES and own and trained.isdisjoint(own):
                values = _values(module)
                if any(_are_same(values, begin) for begin in begins):
                    self._copies.append(_Copy(name, module, [value.clone() for value in values]))

    def at_end(self, steps: int) -> Iterator[Symptom]:
        """A symptom of each that has not changed in a run of ``steps``, while what it was copied from has."""
        if steps < _FEWEST_STEPS:
            return
        for copy in self._copies or ():
            if _are_same(_values(copy.module), copy.began_as):
                yield Symptom(
                    "model.still_target", copy.name, steps, 0,
                    f"{copy.name} began as a copy of what is trained, and after {steps} steps it is still what it was: "
                    "the targets never learn of what was learned",
                )  # fmt: skip
                return


def _values(module: nn.Module) -> list[Tensor]:
    return [one.detach().flatten()[:_SAMPLE] for one in module.parameters()]


def _are_same(some: list[Tensor], others: list[Tensor]) -> bool:
    if len(some) != len(others) or any(one.shape != other.shape for one, other in zip(some, others, strict=True)):
        return False
    return all(torch.equal(one, other.to(one)) for one, other in zip(some, others, strict=True))
