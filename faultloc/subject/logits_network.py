"""A network whose answers are of another form than logits, made to give logits: a row of numbers a sample, one a class.

Everything here reads networks so. A softmax of probabilities would flatten them, and a column for two classes has none
for the other one.
"""

from collections.abc import Mapping, Sequence
from enum import Enum

import torch
from torch import Tensor, fx, nn

from faultloc.subject.wrapped_network import WrappedNetwork

# The least probability: that of float32 above 0, and for a probability alone, whose other side is 1 less it, the
# distance from 1 to its neighbour.
_LEAST, _LEAST_OF_TWO = torch.finfo(torch.float32).tiny, torch.finfo(torch.float32).eps

Step = str | int


class AnswerForm(Enum):
    """What a network's numbers are; the value says it to people."""

    LOGITS = "logits"
    PROBABILITIES = "probabilities (the output of a softmax)"
    LOG_PROBABILITIES = "logarithms of probabilities (the output of a log-softmax)"
    PROBABILITY_OF_EACH = "a probability of each class by itself (sigmoids)"
    LOGIT_OF_SECOND = "one logit, that of the second of two classes"
    PROBABILITY_OF_SECOND = "one probability, that of the second of two classes (a sigmoid)"

    @property
    def is_of_two(self) -> bool:
        """Whether one number stands for two classes."""
        return self in (AnswerForm.LOGIT_OF_SECOND, AnswerForm.PROBABILITY_OF_SECOND)


class LogitsNetwork(WrappedNetwork):
    """``network``, whose numbers are of the ``form`` and lie at ``path`` in what it returns, as logits in float32.

    Probabilities are taken by their logarithm, so that a softmax gives them back. One number z for two classes becomes
    (-z/2, z/2), whose softmax is its sigmoid.
    """

    _two_sides: Tensor

    def __init__(self, network: nn.Module, form: AnswerForm = AnswerForm.LOGITS, path: Sequence[Step] = ()) -> None:
        super().__init__(network)
        self.form, self.path = form, tuple(path)
        self.register_buffer("_two_sides", torch.tensor([[-0.5], [0.5]]), persistent=False)
        self.train(network.training)

    def forward(self, inputs: Tensor) -> Tensor:
        """The logits."""
        answer, form = follow(self.network(inputs), self.path), self.form
        if not isinstance(answer, fx.Proxy):
            answer = answer.float()  # as autocast leaves them, 16 bits would take small probabilities for 0
        if form is AnswerForm.PROBABILITIES:
            # Who follows the operations takes a softmax at the end for what it is, and leaves it out.
            return answer if isinstance(answer, fx.Proxy) else torch.log(torch.clamp_min(answer, _LEAST))
        if form in (AnswerForm.PROBABILITY_OF_EACH, AnswerForm.PROBABILITY_OF_SECOND):
            answer = _before_sigmoid(answer)
        return nn.functional.linear(answer.reshape(-1, 1), self._two_sides) if form.is_of_two else answer


def _before_sigmoid(probabilities: Tensor | fx.Proxy) -> Tensor:
    """The logits of ``probabilities``; where operations are followed, what the sigmoid at their end was taken of."""
    if not isinstance(probabilities, fx.Proxy):
        return torch.logit(probabilities, _LEAST_OF_TWO)
    network, node = getattr(probabilities.tracer, "root", nn.Module()), probabilities.node
    while node.all_input_nodes:
        module = network.get_submodule(str(node.target)) if node.op == "call_module" else None
        name = node.target if node.op == "call_method" else getattr(node.target, "__name__", "")
        if isinstance(module, nn.Sigmoid) or name == "sigmoid":
            return fx.Proxy(node.all_input_nodes[0], probabilities.tracer)  # type: ignore[return-value]
        node = node.all_input_nodes[0]
    return torch.logit(probabilities, _LEAST_OF_TWO)  # type: ignore[arg-type]


def follow(returned: object, path: Sequence[Step]) -> Tensor:
    """What lies at ``path`` in what a network returned: keys of mappings, places in sequences, names of attributes."""
    for step in path:
        is_item = isinstance(returned, Mapping) or isinstance(step, int)
        returned = returned[step] if is_item else getattr(returned, str(step))  # type: ignore[index]
    return returned  # type: ignore[return-value]
