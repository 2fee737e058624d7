"""Two networks of which one judges what the other makes: each has to want another answer.

A judge is a module that a loss drives one way for what it is given from outside, and the other way for what a second
module has made. The maker's own loss has to drive its answer to the second against the judge's loss.
"""

from collections.abc import Iterator, Mapping, Sequence, Set

import torch
from torch import Tensor, nn

from faultloc.methods.deep_localize.catalogue import Symptom
from faultloc.methods.deep_localize.finding import LOSS
from faultloc.methods.deep_localize.hooks.held_parameters import HeldParameters
from faultloc.methods.deep_localize.hooks.joined_modules import parts_of
from faultloc.methods.deep_localize.hooks.layer_trace import tensors_in
from faultloc.methods.deep_localize.hooks.loss_graph import gradients_at
from faultloc.methods.deep_localize.rules.nonfinite import ForwardCall

_SURE = 2


class Judges:
    """Which way each loss drives the answers of each module, of what was given and of what was made."""

    def __init__(self, model: nn.Module) -> None:
        self._model = model
        # The latest output of each module, by which what another is given is known; kept alive, lest its place in
        # memory become another tensor's.
        self._made: dict[int, Tensor] = {}
        # By module: the direction for what comes from outside, and for what was made and detached.
        self._given: dict[int, int] = {}
        self._judged: dict[int, int] = {}
        # The direction of the last loss that reaches the maker as well.
        self._attached: dict[int, int] = {}
        self._same = self._piled = self._cut = 0

    def look(
        self,
        loss: Tensor,
        calls: Sequence[ForwardCall],
        returned: Sequence[list[Tensor]],
        reached: frozenset[int],
        held: Mapping[int, HeldParameters],
        stepping: Set[int],
    ) -> Iterator[Symptom]:
        """Symptoms of a backward pass that is about to run from ``loss``; only of runs with several optimizers.

        ``returned`` is what each call gave, ``reached`` the optimizers whose parameters the loss hangs on, and
        ``stepping`` those that have stepped after it before, of a loss that was seen before.
        """
        if len(held) < 2:
            return
        answers = [next((one for one in outputs if _is_answer(one)), None) for outputs in returned]
        asked = [(call, one) for call, one in zip(calls, answers, strict=False) if one is not None]
        gradients = gradients_at(loss, [one for _, one in asked])
        for call, outputs in zip(calls, returned, strict=False):
            if outputs:
                self._made[id(call.module)] = outputs[0].detach()
        is_joint = len(reached) > 1
        for (call, _), gradient in zip(asked, gradients, strict=True):
            way = _direction(gradient)
            if way == 0:
                continue
            key = id(call.module)
            given = list(tensors_in(list(call.given)))
            attached = any(one.grad_fn is not None for one in given)
            maker = self._maker_of(call, given)
            if attached and is_joint and maker is not None:
                yield from self._of_maker(key, way, maker, held)
            elif not attached:
                if is_joint and maker is not None:
                    yield from self._of_cut_answer(call.module, maker, held, stepping)
                known = self._judged if maker is not None else self._given
                # Two ways for the same kind of input: it is not known what it is given.
                known[key] = way if known.get(key, way) == way else 0

    def _of_maker(self, judge: int, way: int, maker: int, held: Mapping[int, HeldParameters]) -> Iterator[Symptom]:
        before, self._attached[judge] = self._attached.get(judge, 0), way
        if before == -way:
            self._piled += _has_gradient(self._module_of(maker))
            if self._piled == _SURE:
                name = self._name_of(maker)
                yield Symptom(
                    "gradient.both_goals", name, 1, 0,
                    f"the gradients of {name} hold those of the other network's loss as well, which wants the "
                    f"opposite: that loss reaches {name} through what it made, and its gradients are not cleared "
                    f"before {name} steps",
                )  # fmt: skip
        outside, detached = self._given.get(judge, 0), self._judged.get(judge, 0)
        if outside and detached == -outside:
            self._same = self._same + 1 if way == detached else 0
            if self._same == _SURE:
                name = self._name_of(maker)
                yield Symptom(
                    "loss.same_goal", LOSS, 1, 0,
                    f"the loss that trains {name} drives the other network's answer to what {name} makes the same way "
                    "as that network's own loss does: it learns to be found out",
                )  # fmt: skip

    def _of_cut_answer(
        self, judge: nn.Module, maker: int, held: Mapping[int, HeldParameters], stepping: Set[int]
    ) -> Iterator[Symptom]:
        """A loss after which the maker alone steps, and whose answer of the judge does not reach it."""
        own, others = (_holders(one, held) for one in (self._module_of(maker), judge))
        if not own or not others or not own & stepping or others & stepping:
            return
        self._cut += 1
        if self._cut == _SURE:
            name = self._name_of(maker)
            yield Symptom(
                "gradient.cut_answer", name, 1, 0,
                f"the loss before {name} steps holds the other network's answer to what {name} made, detached from it: "
                f"that answer teaches {name} nothing, and the rest of the loss alone trains it",
            )  # fmt: skip

    def _maker_of(self, call: ForwardCall, given: list[Tensor]) -> int | None:
        """The module that has made what this one is given."""
        for module, made in self._made.items():
            if module == id(call.module) or made.dim() < 2:
                continue
            places = {one.data_ptr() for one in given if one.shape == made.shape}
            if made.data_ptr() in places:
                return module
        return None

    def _module_of(self, module: int) -> nn.Module | None:
        return next((one for one in self._model.modules() if id(one) == module), None)

    def _name_of(self, module: int) -> str:
        for name, part in parts_of(self._model).items():
            if any(id(inner) == module for inner in part.modules()):
                return name or "the model"
        return "the model"


def _holders(module: nn.Module | None, held: Mapping[int, HeldParameters]) -> set[int]:
    """The optimizers that hold parameters of ``module``."""
    parameters = set() if module is None else {id(one) for one in module.parameters()}
    return {key for key, one in held.items() if one.identities & parameters}


def _has_gradient(module: nn.Module | None) -> bool:
    gradients = [] if module is None else [one.grad for one in module.parameters() if one.grad is not None]
    return any(bool(gradient.any()) for gradient in gradients)


def _is_answer(output: Tensor) -> bool:
    return output.is_floating_point() and output.grad_fn is not None and output.dim() > 0 and output.numel() > 1


def _direction(gradient: Tensor | None) -> int:
    """1 or -1 where every answer is driven the same way, and at least one is; 0 otherwise."""
    if gradient is None:
        return 0
    least, most = (float(value) for value in torch.aminmax(gradient))
    return 1 if least >= 0 < most else -1 if least < 0 >= most else 0
