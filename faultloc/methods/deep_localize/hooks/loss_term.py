"""One term of a loss: its kind, what it compares with what, and how much each of its elements counts."""

from dataclasses import dataclass
from typing import Literal

from torch import Tensor
from torch.autograd.graph import Node

from faultloc.methods.deep_localize.hooks.autograd_walk import operation
from faultloc.methods.deep_localize.hooks.loss_weights import UNKNOWN, Counting

LossKind = Literal[
    "cross_entropy",
    "nll",
    "categorical",
    "bce",
    "bce_logits",
    "squared",
    "absolute",
    "divergence",
    "divergence_swapped",
]


@dataclass(frozen=True)
class LossTerm:
    """One term of a loss.

    ``prediction`` is what the term is computed from: logarithms of probabilities for ``cross_entropy`` (log-softmax and
    the likelihood) and ``nll``; probabilities for ``bce`` and ``categorical`` (a cross-entropy written by hand), before
    they were clipped; for ``divergence`` (a KLDivLoss of something else than a logarithm) what it is given. ``target``
    is what it is compared with. Either is None where the graph does not keep it. ``activation`` is the operation that
    gave the prediction (for ``cross_entropy``: what log-softmax was given), and ``source`` its node. ``difference`` is
    prediction less target, of a regression written by hand. ``is_whole_loss`` says that nothing is added to the term,
    ``runs_over_samples`` that a softmax was taken over the batch's samples, not the classes; ``class_axis`` is the axis
    of the softmax, where that is known.

    ``node`` gives the term's values. ``counting`` says how much they count in the loss (unknown where there are several
    terms) and ``weight`` the same with the loss's own weights: one for each label, or each value; None if all count
    alike. ``positive_weight`` is that of BCEWithLogitsLoss.
    """

    kind: LossKind
    source: Node | None
    prediction: Tensor | None = None
    target: Tensor | None = None
    difference: Tensor | None = None
    is_whole_loss: bool = False
    runs_over_samples: bool = False
    class_axis: int | None = None
    node: Node | None = None
    counting: Counting = UNKNOWN
    weight: Tensor | None = None
    positive_weight: Tensor | None = None

    @property
    def activation(self) -> str:
        """The operation's name, for example ``Softmax``; empty where there is none."""
        return "" if self.source is None else operation(self.source)

    def is_seen(self) -> bool:
        """Whether the graph keeps what the term is computed from."""
        return self.prediction is not None or self.difference is not None
