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
    source: nn.Module
    began_as: list[Tensor]

    def is_still(self) -> bool:
        """Whether it is what it was, and what it was copied from is not."""
        return _are_same(_values(self.module), self.began_as) and not _are_same(_values(self.source), self.began_as)


class TargetNetworks:
    """The networks that the loop calls a target's and that begin as copies of what is trained; they are to follow it.

    One that began otherwise is meant to stay: a random network that is to be foretold, for instance. One whose name
    stands for another module later has been copied anew.
    """

    def __init__(self, model: nn.Module) -> None:
        self._model = model
        self._copies: list[_Copy] | None = None

    def look(self) -> None:
        """Finds them at the first step, and lets go of those that have been copied anew since."""
        if self._copies is None:
            self._copies = list(self._found())
        elif self._copies:
            named = modules_of_the_loop()
            self._copies = [one for one in self._copies if named.get(one.name, one.module) is one.module]

    def _found(self) -> Iterator[_Copy]:
        trained = {id(one) for one in self._model.parameters()}
        sources = [one for one in self._model.modules() if any(True for _ in one.parameters())]
        for name, module in modules_of_the_loop().items():
            own = {id(one) for one in module.parameters()}
            if words_of(name) & _NAMES and own and trained.isdisjoint(own):
                values = _values(module)
                source = next((one for one in sources if _are_same(_values(one), values)), None)
                if source is not None:
                    yield _Copy(name, module, source, [value.clone() for value in values])

    def at_end(self, steps: int) -> Iterator[Symptom]:
        """A symptom of the first that has stayed what it was in a run of ``steps``."""
        still = next((one for one in self._copies or () if steps >= _FEWEST_STEPS and one.is_still()), None)
        if still is not None:
            yield Symptom(
                "model.still_target", still.name, steps, 0,
                f"{still.name} began as a copy of what is trained, and after {steps} steps it is still what it was: "
                "the targets never learn of what was learned",
            )  # fmt: skip


def _values(module: nn.Module) -> list[Tensor]:
    return [one.detach().flatten()[:_SAMPLE] for one in module.parameters()]


def _are_same(some: list[Tensor], others: list[Tensor]) -> bool:
    if len(some) != len(others) or any(one.shape != other.shape for one, other in zip(some, others, strict=True)):
        return False
    return all(torch.equal(one, other.to(one)) for one, other in zip(some, others, strict=True))
