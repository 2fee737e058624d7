"""The training of a tail, written out by hand: its passes, forward and backward, and Adam's step.

A tail is so small that autograd's bookkeeping and an optimizer's would take longer than the products of matrices.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass

import torch
from jaxtyping import Float, Int
from torch import Tensor

from faultloc.methods.dfaulo.default.suffix.dropout import Dropout
from faultloc.methods.dfaulo.default.suffix.tail import Tail

# The decay of Adam's two averages and what keeps it from dividing by 0: the defaults of `torch.optim.Adam`.
_FIRST_DECAY, _SECOND_DECAY, _EPSILON = 0.9, 0.999, 1e-8


class TailTraining:
    """Steps that lower the mean cross-entropy of ``tail`` on a batch, by Adam.

    Source: Kingma and Ba, "Adam: A Method for Stochastic Optimization", ICLR 2015. The steps are those of autograd,
    `torch.nn.functional.cross_entropy` and `torch.optim.Adam` up to the rounding.
    """

    def __init__(self, tail: Tail, dropout: Dropout, learning_rate: float | int) -> None:
        self._tail, self._dropout, self._learning_rate = tail, dropout, learning_rate
        self._gradient = torch.zeros_like(tail.parameters)
        self._of_layers = tail.views_of(self._gradient)
        self._mean, self._square, self._scratch = (torch.zeros_like(tail.parameters) for _ in range(3))
        self._steps = 0
        self._memory: dict[int, _BatchMemory] = {}  # an epoch has batches of two sizes

    def step(
        self,
        features: Float[Tensor, "sample feature"],
        targets: Int[Tensor, "sample"],
        batch: Int[Tensor, "row"],
    ) -> None:
        """One step on the rows ``batch`` of ``features``."""
        if len(batch) not in self._memory:
            self._memory[len(batch)] = _memory_for(len(batch), features, self._tail)
        memory = self._memory[len(batch)]
        torch.index_select(features, 0, batch, out=memory.outputs[0])
        self._forward(memory)
        self._backward(memory, targets.index_select(0, batch))
        self._update()

    def _forward(self, memory: "_BatchMemory") -> None:
        *hidden_layers, (weights, biases) = self._tail.layers
        for number, (into, shift) in enumerate(hidden_layers):
            hidden = torch.addmm(shift, memory.outputs[number], into.t(), out=memory.outputs[number + 1]).relu_()
            if number == 0 and self._dropout.is_on:
                self._dropout.draw(memory.mask)
                hidden.mul_(memory.mask)
        torch.addmm(biases[:, None], weights, memory.outputs[-1].t(), out=memory.logits)

    def _backward(self, memory: "_BatchMemory", targets: Int[Tensor, "row"]) -> None:
        # The gradient of the mean cross-entropy by the logits: probabilities less the labels.
        torch.softmax(memory.logits, 0, out=memory.errors)
        memory.errors[targets, memory.places] -= 1
        errors = memory.errors.mul_(1 / len(targets)).t()
        for number in reversed(range(len(self._tail.layers))):
            of_weights, of_biases = self._of_layers[number]
            torch.mm(errors.t(), memory.outputs[number], out=of_weights)
            torch.sum(errors, 0, out=of_biases)
            if number:
                back = torch.mm(errors, self._tail.layers[number][0], out=memory.gradients[number - 1])
                # Nothing flows where relu or dropout left 0.
                torch.ops.aten.threshold_backward.grad_input(back, memory.outputs[number], 0, grad_input=back)
                if number == 1 and self._dropout.is_on:
                    back.mul_(self._dropout.scale)
                errors = back

    def _update(self) -> None:
        self._steps += 1
        first, second = 1 - _FIRST_DECAY**self._steps, 1 - _SECOND_DECAY**self._steps
        self._mean.lerp_(self._gradient, 1 - _FIRST_DECAY)
        self._square.mul_(_SECOND_DECAY).addcmul_(self._gradient, self._gradient, value=1 - _SECOND_DECAY)
        # Both averages begin at 0 and are too small at first; the corrections are numbers, no passes of their own.
        torch.sqrt(self._square, out=self._scratch).add_(_EPSILON * math.sqrt(second))
        rate = self._learning_rate * math.sqrt(second) / first
        self._tail.parameters.addcdiv_(self._mean, self._scratch, value=-rate)


@dataclass(frozen=True)
class _BatchMemory:
    """What the steps on batches of one size write into, again and again.

    ``outputs``: the features and each hidden layer; ``gradients``: by each hidden layer.
    """

    outputs: Sequence[Float[Tensor, "row _"]]
    gradients: Sequence[Float[Tensor, "row _"]]
    mask: Float[Tensor, "row neuron"]
    logits: Float[Tensor, "class row"]
    errors: Float[Tensor, "class row"]
    places: Int[Tensor, "row"]


def _memory_for(rows: int, features: Float[Tensor, "sample feature"], tail: Tail) -> _BatchMemory:
    *hidden, classes = [len(biases) for _, biases in tail.layers]

    def empty(*shape: int) -> Tensor:
        return features.new_empty(shape)

    return _BatchMemory(
        outputs=[empty(rows, width) for width in (features.shape[1], *hidden)],
        gradients=[empty(rows, width) for width in hidden],
        mask=empty(rows, hidden[0]),
        logits=empty(classes, rows),
        errors=empty(classes, rows),
        places=torch.arange(rows, device=features.device),
    )
