"""What a loss should take as given and does not: targets, advantages and old probabilities with a history.

Each is named by its shape in the graph, of which none is written on purpose: ``r + gamma * Q(s')`` as a target,
``log p * (R - V)``, ``exp(log p - log p)``.
"""

from collections.abc import Iterator, Sequence

from torch.autograd.graph import Node

from faultloc.methods.deep_localize.catalogue import Symptom
from faultloc.methods.deep_localize.finding import LOSS
from faultloc.methods.deep_localize.hooks.autograd_walk import children, operation, past_shaping, saved, walk
from faultloc.methods.deep_localize.hooks.loss_graph import sides_of

_CHOOSING = ("Gather", "Index", "Select", "Squeeze", "Stack", "Cat", "Neg", "Sum", "Mean", "IndexSelect", "Take")
_CHOSEN = ("Gather", "Index", "Max", "Amax", "MaxDim", "Select", "Squeeze", "Sum", "Minimum", "Min", "Mean")
_MOST_NODES, _MOST_LEAVES = 12, 4000


def check_attached(nodes: Sequence[Node]) -> Iterator[Symptom]:
    """The first of each kind among ``nodes`` of a loss."""
    checks = [_bootstrap, _advantage, _ratio]
    for node in nodes:
        for check in list(checks):
            symptom = check(node)
            if symptom is not None:
                checks.remove(check)
                yield symptom


def _bootstrap(node: Node) -> Symptom | None:
    """A regression whose target is a number plus a share of another output."""
    name = operation(node)
    if name in ("MseLoss", "SmoothL1Loss", "HuberLoss"):
        pair = sides_of(node)
    elif name in ("Pow", "Abs", "Mul"):
        behind = past_shaping(sides_of(node)[0])
        if behind is None or operation(behind) != "Sub":
            return None
        pair = sides_of(behind)
    else:
        return None
    if None in pair:
        return None
    for one, other in (pair, pair[::-1]):
        if _is_discounted(one) and not _is_discounted(other):
            return Symptom(
                "loss.attached_target", LOSS, 1, 0,
                "the target of the regression is made of a number and a share of another output, reward + gamma * next "
                "value, and the gradient flows into it too: the model moves its targets towards its answers",
            )  # fmt: skip
    return None


def _is_discounted(node: Node | None) -> bool:
    """Whether ``node`` gives ``r + c * (1 - done) * value`` of a value with a history."""
    node = past_shaping(node)
    if node is None or operation(node) != "Add":
        return False
    inner = [side for side in sides_of(node) if side is not None]
    if len(inner) != 1:
        return False
    factor, behind = 1.0, past_shaping(inner[0])
    is_factor = False
    while behind is not None and operation(behind) == "Mul":
        constant = _constant(behind)
        if constant is None:
            return False
        low, high = constant
        is_factor |= 0.5 <= high <= 1.0 and low >= 0
        factor *= high
        behind = past_shaping(next(side for side in sides_of(behind) if side is not None))
    return is_factor and 0.5 <= factor <= 1.0 and behind is not None and operation(behind) in _CHOSEN


def _constant(product: Node) -> tuple[float, float] | None:
    """The least and the largest of what ``product`` multiplies by; None where both its sides have a history."""
    first, second = sides_of(product)
    if (first is None) == (second is None):
        return None
    values = saved(product, "self" if first is None else "other")
    if values is None or not values.numel():
        return None
    return float(values.min()), float(values.max())


def _advantage(node: Node) -> Symptom | None:
    """A log-probability times a number less another head's output."""
    if operation(node) != "Mul" or None in sides_of(node):
        return None
    for one, other in (sides_of(node), sides_of(node)[::-1]):
        logarithm, apart = log_probability(one), _past_scaling(other)
        if logarithm is None or apart is None or operation(apart) != "Sub":
            continue
        first, second = sides_of(apart)
        if (
            first is None
            and second is not None
            and logarithm not in [node for node, _ in walk(second, most=_MOST_NODES)]
        ):
            return Symptom(
                "loss.attached_advantage", LOSS, 1, 0,
                "a logarithm of a probability is multiplied by a number less another output (the return less the "
                "value), and the gradient flows into that output too: it is moved to make this product small, not to "
                "fit the returns",
            )  # fmt: skip
    return None


def _ratio(node: Node) -> Symptom | None:
    """The exponential of a difference of two log-probabilities of one network, which is 1 for every sample.

    Those of a copy have a history as well, which no optimizer follows, and are 1 until the network's first step.
    """
    if operation(node) != "Exp":
        return None
    apart, result = past_shaping(next(iter(children(node)), None)), saved(node, "result")
    if apart is None or operation(apart) != "Sub" or result is None or None in sides_of(apart) or result.numel() < 2:
        return None
    first, second = sides_of(apart)
    if bool((result == 1).all()) and _leaves_behind(first) == _leaves_behind(second):
        return Symptom(
            "loss.attached_ratio", LOSS, 1, 1,
            "the ratio of new to old probabilities is 1 for every sample, and the old ones have a history as well: the "
            "gradients of the two cancel, and the policy learns nothing from it",
        )  # fmt: skip
    return None


def _leaves_behind(node: Node | None) -> set[int]:
    """The identities of the parameters that ``node`` was computed from."""
    behind = () if node is None else walk(node, most=_MOST_LEAVES)
    return {id(one.variable) for one, _ in behind if hasattr(one, "variable")}


def log_probability(node: Node | None) -> Node | None:
    """The node that gives the logarithms of probabilities of which ``node`` chooses some; None where it does not."""
    for _ in range(8):
        node = past_shaping(node)
        if node is None:
            return None
        name = operation(node)
        if name in ("LogSoftmax", "Log"):
            return node
        if name == "Sub":
            behind = past_shaping(sides_of(node)[1])
            return node if behind is not None and operation(behind) == "Logsumexp" else None
        inner = past_scale(node)
        if inner is node and name not in _CHOOSING:
            return None
        node = next(iter(children(node)), None) if inner is node else inner
    return None


def past_scale(node: Node) -> Node:
    """``node`` before it was negated, or multiplied by a number."""
    while operation(node) in ("Neg", "Mul", "Div"):
        inner = [side for side in sides_of(node) if side is not None]
        number = None if operation(node) == "Neg" else saved(node, "other")
        is_scale = operation(node) == "Neg" or (number is not None and number.dim() == 0)
        if len(inner) != 1 or inner[0] is not sides_of(node)[0] or not is_scale:
            break
        node = inner[0]
    return node


def _past_scaling(node: Node | None) -> Node | None:
    """``node`` before it was normalised to mean 0 and deviation 1, or multiplied by a constant."""
    node = past_shaping(node)
    for _ in range(3):
        if node is None or operation(node) not in ("Div", "Mul", "Neg"):
            return node
        node = past_shaping(sides_of(node)[0])
    return node
