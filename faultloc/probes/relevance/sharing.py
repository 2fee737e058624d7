"""How relevance passes what has no weights: unchanged, to where values came from, or in proportion."""

from collections.abc import Callable

import torch
from jaxtyping import Float
from torch import Tensor

from faultloc.probes.relevance.call import Back, Call, Relevance
from faultloc.probes.relevance.rules.rule import Rule

Handler = Callable[[Call, Rule], tuple[object, Back]]


def pass_on(call: Call, rule: Rule) -> tuple[object, Back]:
    """All relevance to the first carrier, value by value: activations, dropout, normalisation, what a constant scales.

    A constant that is added or multiplied takes none: it says the same of every sample.
    """
    shape = call.given().shape
    return call.quietly(), lambda relevance: [_tensor(relevance).sum_to_size(shape)]


def rearrange(call: Call, rule: Rule) -> tuple[object, Back]:
    """Each value's relevance to the value that it is: views, slices, padding, concatenation; copies add up."""
    leaves, values = call.followed()
    return _detached(values), lambda relevance: _backwards(values, leaves, relevance)


def share_in_proportion(call: Call, rule: Rule) -> tuple[object, Back]:
    """To each part of a sum or mean its part of it: additions, average pooling.

    Source: Bach et al. 2015, equation 58, as for a layer whose weights are all the same.
    """
    return _share(call, rule, parts=1)


def add(call: Call, rule: Rule) -> tuple[object, Back]:
    """Of a sum or difference to each part in proportion; a constant takes no part."""
    return pass_on(call, rule) if len(call.carriers) == 1 else share_in_proportion(call, rule)


def share_product(call: Call, rule: Rule) -> tuple[object, Back]:
    """Of a matrix product of two values that depend on the sample, half to each, there in proportion.

    Source: Achtibat et al., "AttnLRP: Attention-Aware Layer-Wise Relevance Propagation for Transformers", ICML 2024,
    its rule for matrix products.
    """
    return _share(call, rule, parts=len(call.carriers))


def halve(call: Call, rule: Rule) -> tuple[object, Back]:
    """Of a product, value by value, half to each factor that depends on the sample.

    Source: AttnLRP, its uniform rule.
    """
    parts = [call.given(place).shape for place in range(len(call.carriers))]
    return call.quietly(), lambda relevance: [(_tensor(relevance) / len(parts)).sum_to_size(part) for part in parts]


def pass_to_dividend(call: Call, rule: Rule) -> tuple[object, Back]:
    """All to what is divided; the divisor only scales it, as a normalisation does."""
    shape = call.given().shape
    rest = [None] * (len(call.carriers) - 1)
    return call.quietly(), lambda relevance: [_tensor(relevance).sum_to_size(shape), *rest]


def give_to_winner(call: Call, rule: Rule) -> tuple[object, Back]:
    """The relevance of each window of a max pooling to the value that won it; windows that overlap add up."""
    leaves, values = call.followed()
    pooled = values[0] if isinstance(values, tuple) else values

    def back(relevance: Relevance) -> list[Tensor]:
        relevance = _tensor(relevance)
        if not rule.divides_at_max_pooling:
            return _backwards(pooled, leaves, relevance)
        (slopes,) = _backwards(pooled, leaves, relevance / rule.stabilise(_tensor(pooled).detach()))
        return [leaves[0].detach() * slopes]

    return _detached(values), back


def _share(call: Call, rule: Rule, *, parts: int) -> tuple[object, Back]:
    leaves, sums = call.followed()

    def back(relevance: Relevance) -> list[Tensor]:
        shares = _tensor(relevance) / (parts * rule.stabilise(_tensor(sums).detach()))
        return [leaf.detach() * slope for leaf, slope in zip(leaves, _backwards(sums, leaves, shares), strict=True)]

    return _detached(sums), back


def _backwards(values: object, leaves: list[Tensor], relevance: Relevance) -> list[Tensor]:
    if isinstance(values, Tensor):
        values, relevance = [values], [_tensor(relevance)]
    assert isinstance(values, tuple | list)
    pairs = [(value, each) for value, each in zip(values, relevance, strict=True) if each is not None]
    found = torch.autograd.grad([value for value, _ in pairs], leaves, [each for _, each in pairs], allow_unused=True)
    return [torch.zeros_like(leaf) if each is None else each for leaf, each in zip(leaves, found, strict=True)]


def _detached(values: object) -> object:
    if isinstance(values, tuple | list):
        return tuple(_detached(value) for value in values)
    return values.detach() if isinstance(values, Tensor) else values


def _tensor(relevance: object) -> Float[Tensor, "..."]:
    assert isinstance(relevance, Tensor)
    return relevance
