"""Every criterion as the contract runs it: name one here, and `test_criteria.py` holds it to all laws.

The network and its inputs are made of small fractions of powers of two, so that no sum is rounded: what is covered must
be the same to the last bit in whatever batches the samples come.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cache

import torch
from torch import Tensor, nn

from faultloc.methods.idc.criteria import CRITERIA, Criterion
from faultloc.methods.idc.unit_outputs import UnitOutputs
from faultloc.methods.idc.units import UnitReader
from tests.methods.idc import references
from tests.methods.idc.references import Batches, Counted

Batch = tuple[Tensor, Tensor]


def new_network() -> nn.Sequential:
    """Three channels, six and three units; gives three classes."""
    generator = torch.Generator().manual_seed(3)
    network = nn.Sequential(
        nn.Conv2d(1, 3, 2), nn.ReLU(), nn.Flatten(), nn.Linear(48, 6), nn.ReLU(), nn.Dropout(0.5), nn.Linear(6, 3)
    )
    with torch.no_grad():
        for parameter in network.parameters():
            parameter.copy_(torch.randint(-4, 5, parameter.shape, generator=generator) / 4)
    return network.eval()


def images(number: int, seed: int, largest: int = 4) -> Batch:
    """Images of quarters, and labels that have nothing to do with them."""
    generator = torch.Generator().manual_seed(seed)
    inputs = torch.randint(-largest, largest + 1, (number, 1, 5, 5), generator=generator) / 4
    return inputs, torch.randint(0, 3, (number,), generator=generator)


def in_batches(data: Batch, size: int) -> list[Batch]:
    return list(zip(*(part.split(size) for part in data), strict=True))


TRAIN = images(60, seed=1)
# Larger, so that some leave the range that units had in training.
TEST = images(24, seed=2, largest=5)


@cache
def units(seed: int | None, size: int) -> tuple[UnitOutputs, ...]:
    """The units of the test data in batches, read once; a seed shuffles the samples, None leaves them as they are."""
    data = TEST if seed is None else shuffled(seed)
    reader = UnitReader(new_network())
    return tuple(reader.read(batch) for batch in in_batches(data, size))


def shuffled(seed: int) -> Batch:
    order = torch.randperm(len(TEST[0]), generator=torch.Generator().manual_seed(seed))
    return TEST[0][order], TEST[1][order]


@dataclass(frozen=True)
class Case:
    """``reference`` takes training and test data in batches, and gives what is covered, and of how many.

    ``otherwise`` makes the same criterion with another setting, or is None where it has none.
    """

    make: Callable[..., Criterion]
    reference: Callable[[Batches, Batches], Counted]
    otherwise: Callable[[nn.Module], Criterion] | None = None

    def built(self, model: nn.Module) -> Criterion:
        return self.make(model).build(in_batches(TRAIN, 20))


def _case(name: str, reference: Callable[[Batches, Batches], Counted], settings: dict, other: dict | None) -> Case:
    make = lambda model, **layers: CRITERIA[name](model, **settings, **layers)
    otherwise = None if other is None else lambda model: CRITERIA[name](model, **{**settings, **other})
    return Case(make, reference, otherwise)


def _surprise(name: str, surprises: Callable, settings: dict, other: dict) -> Case:
    buckets = {"width": settings["width"], "upper": settings.get("upper")}
    classes = settings.get("classes", "predicted")
    keywords = {"other_from": settings.get("other_from", "input")} if name == "dsc" else {}

    def reference(train: Batches, test: Batches) -> Counted:
        return references.surprise_coverage(surprises(train, test, classes, **keywords), **buckets)

    return _case(name, reference, settings, other)


# By the name of a criterion, and, for one of its variants, more words.
CASES: Mapping[str, Case] = {
    "nc": _case("nc", lambda a, b: references.neuron_coverage(a, b, 0.75), {"threshold": 0.75}, {"threshold": 0.5}),
    "kmnc": _case("kmnc", lambda a, b: references.k_multisection(a, b, 7, "right"), {"sections": 7}, {"sections": 8}),
    "kmnc closed left": _case(
        "kmnc",
        lambda a, b: references.k_multisection(a, b, 7, "left"),
        {"sections": 7, "closed": "left"},
        {"closed": "right"},
    ),
    "nbc": _case("nbc", lambda a, b: references.boundary(a, b, only_above=False), {}, None),
    "snac": _case("snac", lambda a, b: references.boundary(a, b, only_above=True), {}, None),
    "tknc": _case("tknc", lambda a, b: references.top_k_neurons(a, b, 1), {"k": 1}, {"k": 2}),
    "tknp": _case("tknp", lambda a, b: references.top_k_patterns(a, b, 2, is_ordered=True), {"k": 2}, {"k": 1}),
    "tknp of sets": _case(
        "tknp",
        lambda a, b: references.top_k_patterns(a, b, 2, is_ordered=False),
        {"k": 2, "is_ordered": False},
        {"is_ordered": True},
    ),
    "cc": _case("cc", lambda a, b: references.cluster_coverage(a, b, 8.0), {"threshold": 8.0}, {"threshold": 4.0}),
    "lsc": _surprise("lsc", references.likelihood_surprises, {"width": 100.0}, {"width": 200.0}),
    "lsc of given classes": _surprise(
        "lsc", references.likelihood_surprises, {"width": 100.0, "classes": "given"}, {"classes": "predicted"}
    ),
    "lsc with an end": _surprise(
        "lsc", references.likelihood_surprises, {"width": 100.0, "upper": 1000.0}, {"upper": 900.0}
    ),
    "dsc": _surprise("dsc", references.distance_surprises, {"width": 0.1}, {"min_variance": 1.0}),
    "dsc from the neighbour": _surprise(
        "dsc", references.distance_surprises, {"width": 0.1, "other_from": "neighbour"}, {"other_from": "input"}
    ),
    "mdsc": _surprise("mdsc", references.mahalanobis_surprises, {"width": 1.0}, {"width": 2.0}),
    "nlc": _case("nlc", references.layer_covariance, {}, None),
}
# The units of the first layer, which every network of these tests has.
_UNITS = [("0", 0), ("0", 1), ("0", 2)]
CASES = {
    **CASES,
    "idc": _case("idc", lambda a, b: references.importance_driven(a, b, 3, 2), {"units": _UNITS}, {"clusters": 3}),
    "idc of three clusters": _case(
        "idc", lambda a, b: references.importance_driven(a, b, 3, 3), {"units": _UNITS, "clusters": 3}, {"clusters": 2}
    ),
}
# Whether it declares that the order of samples does not matter.
IS_ORDER_FREE = {name: CRITERIA[name.split()[0]].is_order_free for name in CASES}
