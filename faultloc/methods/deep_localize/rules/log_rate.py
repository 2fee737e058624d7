"""A rate that a Poisson loss takes for the logarithm of one."""

from collections.abc import Iterator, Sequence

from torch.autograd.graph import Node

from faultloc.methods.deep_localize.catalogue import Symptom
from faultloc.methods.deep_localize.finding import LOSS
from faultloc.methods.deep_localize.hooks.autograd_walk import children, operation, past_shaping

# What makes a number positive, as rates have to be and their logarithms need not.
_POSITIVE = ("Softplus", "Exp", "Relu", "Sigmoid")


def check_log_rate(nodes: Sequence[Node]) -> Iterator[Symptom]:
    """A symptom where exp(x) - target * x, ``PoissonNLLLoss`` as it comes, is given an x that was made positive."""
    for node in nodes:
        both = [past_shaping(one) for one in children(node)] if operation(node) == "Sub" else []
        if len(both) != 2 or both[0] is None or both[1] is None:
            continue
        if (operation(both[0]), operation(both[1])) != ("Exp", "Mul"):
            continue
        given = past_shaping(next(iter(children(both[0])), None))
        factors = [past_shaping(one) for one in children(both[1])]
        if given is not None and given in factors and operation(given) in _POSITIVE:
            yield Symptom(
                "loss.log_rate", LOSS, 0, 0,
                f"the loss takes what {operation(given).lower()} gives for logarithms of rates: of numbers that are "
                "all positive no rate below 1 comes",
            )  # fmt: skip
            return
