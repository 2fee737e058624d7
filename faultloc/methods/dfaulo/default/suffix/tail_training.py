"""The training of a tail, written out by hand: its passes, forward and backward, and Adam's step.

A tail is so small that autograd's bookkeeping and an optimizer's would take longer than the products of matrices.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import torch
from jaxtyping import Float, Int
from torch import Tensor

from faultloc.methods.dfaulo.default.suffix.dropout import Dropout
from faultloc.methods.dfaulo.default.suffix.tail import Tail

# Of Adam: the decay of its two averages, and what keeps it from dividing by 0; the defaults of `torch.optim.Adam`.
_FIRST_DECAY, _SECOND_DECAY, _EPSILON = 0.9, 0.999, 1e-8


class TailTraining:
    """Steps that lower the mean cross-entropy of ``tail`` on a batch, by Adam.

    Source: Kingma and Ba, "Adam: A Method for Stochastic Optimization", ICLR 2015. The steps are those of autograd,
    `torch.nn.functional.cross_entropy` and `torch.optim.Adam` up to the rounding.
    """

    def __init__(self, tail: Tail, dropout: Dropout, learning_rate: float | int) -> None:
        self._tail, self._dropout, self._learning_rate = tail, dropout, float(learning_rate)
        # What follows the first hidden layer gets its outputs scaled by this.
        self._scales = [1.0, dropout.scale] + [1.0] * (len(tail.layers) - 2)
        self._gradient, self._mean, self._square = (torch.zeros_like(tail.parameters) for _ in range(3))
        self._of_layers = tail.views_of(self._gradient)
        # Views of what changes in place: made at every step they would take as long as a small product.
        self._into = [(weights.t(), biases) for weights, biases in tail.layers[:-1]]
        weights, biases = tail.layers[-1]
        self._to_logits = (weights, biases[:, None])
        self._steps = torch.zeros((), device=tail.parameters.device)
        self._memory: dict[int, _BatchMemory] = {}  # an epoch has batches of two sizes

    def epoch(
        self,
        features: Float[Tensor, "sample feature"],
        labels: Int[Tensor, "sample"],
        order: Int[Tensor, "row"],
        batch_size: int,
    ) -> None:
        """Steps on batches of the rows ``order``, ``batch_size`` at a time, the last of what is left."""
        targets = labels.index_select(0, order)[None]
        for batch, of_batch in zip(order.split(batch_size), targets.split(batch_size, dim=1), strict=True):
            rows = batch.shape[0]
            memory = self._memory.get(rows) or self._memory.setdefault(rows, _memory_for(rows, features, self._tail))
            torch.index_select(features, 0, batch, out=memory.outputs[0])
            self._forward(memory)
            self._backward(memory, of_batch)
            self._update()

    def _forward(self, memory: "_BatchMemory") -> None:
        outputs, scales = memory.outputs, self._scales
        for number, (into, shift) in enumerate(self._into):
            torch.addmm(shift, outputs[number], into, alpha=scales[number], out=outputs[number + 1]).relu_()
            if number == 0 and self._dropout.is_on:
                outputs[1].mul_(self._dropout.draw(*outputs[1].shape))
        # A class in a row: along such rows a softmax is twenty times as fast as across them.
        weights, biases = self._to_logits
        torch.addmm(biases, weights, memory.turned_output, alpha=scales[-1], out=memory.by_logits)

    def _backward(self, memory: "_BatchMemory", targets: Int[Tensor, "1 row"]) -> None:
        # The gradient of the mean cross-entropy by the logits: probabilities less the labels.
        by_logits = torch.softmax(memory.by_logits, 0, out=memory.by_logits)
        by_logits.scatter_add_(0, targets, memory.minus_one).mul_(memory.share)
        for number in range(len(self._of_layers) - 1, -1, -1):
            (of_weights, of_biases), (errors, turned) = self._of_layers[number], memory.errors[number]
            torch.sum(errors, 0, out=of_biases)
            if number == 1 and self._dropout.is_on:
                errors.mul_(self._dropout.scale)
            torch.mm(turned, memory.outputs[number], out=of_weights)
            if number:
                back = torch.mm(errors, self._tail.layers[number][0], out=memory.errors[number - 1][0])
                # Nothing flows where relu or dropout left 0.
                torch.ops.aten.threshold_backward.grad_input(back, memory.outputs[number], 0, grad_input=back)

    def _update(self) -> None:
        self._steps += 1
        # What `torch.optim.Adam(fused=True)` calls after ten times as long a preparation.
        torch._fused_adam_(
            [self._tail.parameters],
            [self._gradient],
            [self._mean],
            [self._square],
            [],
            [self._steps],
            lr=self._learning_rate,
            beta1=_FIRST_DECAY,
            beta2=_SECOND_DECAY,
            weight_decay=0.0,
            eps=_EPSILON,
            amsgrad=False,
            maximize=False,
        )


@dataclass(frozen=True)
class _BatchMemory:
    """What the steps on batches of one size write into, again and again.

    ``outputs``: the features and each hidden layer, ``turned_output`` the last of them, a neuron in a row;
    ``by_logits``: the logits, later the gradients by them; ``errors``: the gradients by what each layer gives, and the
    same with a neuron in a row. ``share`` of a sample in the mean.
    """

    outputs: Sequence[Float[Tensor, "row _"]]
    turned_output: Float[Tensor, "neuron row"]
    by_logits: Float[Tensor, "class row"]
    errors: Sequence[tuple[Float[Tensor, "row _"], Float[Tensor, "_ row"]]]
    minus_one: Float[Tensor, "1 row"]
    share: float


def _memory_for(rows: int, features: Float[Tensor, "sample feature"], tail: Tail) -> _BatchMemory:
    *hidden, classes = [biases.shape[0] for _, biases in tail.layers]
    outputs = [features.new_empty(rows, width) for width in (features.shape[1], *hidden)]
    errors, by_logits = [features.new_empty(rows, width) for width in hidden], features.new_empty(classes, rows)
    return _BatchMemory(
        outputs=outputs,
        turned_output=outputs[-1].t(),
        by_logits=by_logits,
        errors=[*((one, one.t()) for one in errors), (by_logits.t(), by_logits)],
        minus_one=-features.new_ones(1, rows),
        share=1 / rows,
    )
