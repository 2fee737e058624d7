"""The relevance of what a network's layers hold, for all samples: in memory, or a batch at a time."""

from collections.abc import Collection, Iterator, Mapping, Sequence
from typing import Literal

import numpy as np
import torch
from jaxtyping import Float, Int, Shaped
from torch import Tensor, fx, nn

from faultloc.errors import DataError, ModelError, TrainingError
from faultloc.probes.layers import find_layer
from faultloc.probes.modes import evaluating
from faultloc.probes.relevance.plan import Plan, make_plan
from faultloc.probes.relevance.rules import Rule, find_rule
from faultloc.probes.relevance.tracing import Place, trace
from faultloc.probes.relevance.walk import walk_back, walk_forward
from faultloc.subject.batches import as_model_input
from faultloc.subject.logits_network import LogitsNetwork
from faultloc.subject.shared_arrays import Allocate, allocate_in_memory

Targets = Int[np.ndarray, "_"] | Int[np.ndarray, "_ chosen"]  # one a sample, which is checked
Side = Literal["input", "output"]
INPUT = "<input>"  # what relevance calls the samples themselves; no layer can be called so
# The traced graph and the network compute the same in another order.
_TOLERANCE, _ROUNDING = 1e-3, 1e-6
# The sizes of all relevance at a layer are up to some thousand times the largest output where a rule holds (ConvNeXt,
# EfficientNet by epsilon), and from ten thousand to 10**35 times where it has diverged (epsilon and hudd on ViT, Swin).
_DIVERGED = 3e4


def read_relevance(
    network: nn.Module,
    inputs: Shaped[Tensor, "sample ..."],
    targets: Targets | None,
    *,
    rule: str | Rule = "epsilon",
    layers: Sequence[str] | None = None,
    side: Side = "output",
    batch_size: int,
    allocate: Allocate = allocate_in_memory,
) -> Mapping[str, Float[np.ndarray, "sample ..."]]:
    """How much each value that a layer holds adds to the chosen logit of each sample: an array for each layer.

    Above 0 speaks for the logit, below 0 against it. A sample's values add up to its logit, less what biases took on
    the way and what flows around the layer. They are those of the layer's output, or, for ``side`` "input", of what
    flows into it (with what reaches that by other ways, where others use it too); HUDD's heatmaps are of that side. A
    batch normalisation is part of the layer with weights before it, so that both hold the same.

    Args:
        network: on the device of ``inputs``; it is left as it was found.
        inputs: the samples as they are stored.
        targets: the output, or the several outputs, that each sample's relevance starts at; None: its largest.
        rule: the name of a rule, or a rule.
        layers: names of layers and containers; one that is called several times is ``relu``, ``relu@2``, and the
            samples themselves are "<input>". None: all layers without children, in the order in which they are called.
        side: of which end of the layers.
        batch_size: samples that pass through the network at once; it changes the results by rounding only.
        allocate: where the arrays lie, for data that memory cannot hold.

    Raises:
        ConfigError: there is no such rule.
        DataError: there are no samples, or the targets do not fit them or the network.
        ModelError: the network cannot be traced, does an operation without a rule, or has no such layer.
        TrainingError: a logit or a relevance is not a finite number, or the rule diverges.
    """
    found: dict[str, Float[np.ndarray, "sample ..."]] = {}
    batches = iterate_relevance(network, inputs, targets, rule=rule, layers=layers, side=side, batch_size=batch_size)
    for start, batch in zip(range(0, len(inputs), batch_size), batches, strict=False):
        for name, relevance in batch.items():
            rows = relevance.cpu().numpy()
            if name not in found:
                found[name] = allocate((len(inputs), *rows.shape[1:]), rows.dtype.type)
            found[name][start : start + len(rows)] = rows
    return found


def iterate_relevance(
    network: nn.Module,
    inputs: Shaped[Tensor, "sample ..."],
    targets: Targets | None,
    *,
    rule: str | Rule = "epsilon",
    layers: Sequence[str] | None = None,
    side: Side = "output",
    batch_size: int,
) -> Iterator[Mapping[str, Float[Tensor, "batch ..."]]]:
    """The same a batch at a time, on the network's device, for what need not be kept whole.

    Raises:
        ConfigError, DataError, ModelError, TrainingError: as `read_relevance` does.
    """
    chosen_rule = find_rule(rule)
    if len(inputs) == 0:
        raise DataError("there are no samples to read the relevance of; expected at least one")
    if targets is not None and len(targets) != len(inputs):
        raise DataError(f"there are {len(targets)} targets for {len(inputs)} samples; expected one for each sample")
    plan = make_plan(trace(network))
    example = as_model_input(inputs[:2])
    with evaluating(network):
        passed = walk_forward(plan, example, chosen_rule)
        _check_that_it_computes_the_same(plan, example, passed.logits)
    reached = {node for node, shape in passed.shapes.items() if shape[:1] == (len(example),)}
    wanted = _nodes(plan, layers, side, reached)
    return (
        _read_batch(
            plan,
            inputs[start : start + batch_size],
            None if targets is None else targets[start : start + batch_size],
            chosen_rule,
            wanted,
        )
        for start in range(0, len(inputs), batch_size)
    )


def _read_batch(
    plan: Plan, batch: Tensor, targets: Targets | None, rule: Rule, wanted: Mapping[str, fx.Node]
) -> dict[str, Float[Tensor, "batch ..."]]:
    with evaluating(plan.traced.network):
        passed = walk_forward(plan, as_model_input(batch), rule)
        if not passed.logits.isfinite().all():
            raise TrainingError(
                "the model's output is NaN or infinite; expected finite numbers: check the inputs and the weights"
            )
        chosen = _chosen(passed.logits, targets)
        relevance = walk_back(plan, passed, chosen, set(wanted.values()))
    sizes = passed.logits.abs().flatten(1).amax(1).clamp_min(torch.finfo(passed.logits.dtype).tiny)
    for name, node in wanted.items():
        grown = torch.linalg.vector_norm(relevance[node].flatten(1), 1, dim=1) / sizes
        if not grown.isfinite().all():
            raise TrainingError(
                f"the relevance at {name!r} is NaN or infinite; expected finite numbers: choose the rule zplus, or one "
                "with a larger stabiliser"
            )
        if grown.mean() > _DIVERGED:
            raise TrainingError(
                f"the relevance at {name!r} has grown to {float(grown.mean()):.2g} times the outputs: this rule "
                f"diverges on {plan.traced.name}, as on transformers, and says nothing; choose the rule zplus"
            )
    return {name: relevance[node] for name, node in wanted.items()}


def _chosen(logits: Float[Tensor, "batch output"], targets: Targets | None) -> Int[Tensor, "batch chosen"]:
    if targets is None:
        return logits.argmax(1, keepdim=True)
    outputs = logits.shape[1]
    if not ((targets >= 0) & (targets < outputs)).all():
        raise DataError(
            f"the targets reach from {targets.min()} to {targets.max()}, but the model has {outputs} outputs; expected "
            f"numbers from 0 to {outputs - 1}"
        )
    return torch.from_numpy(targets.astype(np.int64)).to(logits.device).reshape(len(logits), -1)


def _nodes(plan: Plan, layers: Sequence[str] | None, side: Side, reached: Collection[fx.Node]) -> dict[str, fx.Node]:
    traced = plan.traced
    if layers is None:
        layers = [name for name, place in traced.places.items() if place.is_leaf and _node(place, side) in reached]
    nodes: dict[str, fx.Node] = {}
    for name in layers:
        if name not in traced.places and name != INPUT:
            find_layer(traced.network, name.partition("@")[0])
        node = plan.entry if name == INPUT else _node(traced.places.get(name), side)
        if node is None or node not in reached:
            raise ModelError(
                f"the layer {name!r} of {traced.name} gives no tensor with a row a sample; expected one of: "
                f"{', '.join(traced.places)}"
            )
        nodes[name] = node
    return nodes


def _node(place: Place | None, side: Side) -> fx.Node | None:
    if place is None:
        return None
    return place.before if side == "input" else place.after


def _check_that_it_computes_the_same(plan: Plan, batch: Tensor, logits: Float[Tensor, "batch output"]) -> None:
    """Whatever tracing missed (a view that is written over, a value that was a constant once) shows in the logits."""
    with torch.no_grad():
        expected = plan.traced.network(batch)
    if not isinstance(expected, Tensor) or not expected.isfinite().all():
        return  # both are refused where the batches are read
    # What is made of probabilities is as coarse as they are, near 1 most of all.
    if plan.drops_a_softmax or isinstance(plan.traced.network, LogitsNetwork):
        is_same = torch.equal(logits.argmax(1), expected.argmax(1))
    else:
        scale = float(expected.abs().max())
        is_same = torch.allclose(logits, expected, rtol=_TOLERANCE, atol=_TOLERANCE * scale + _ROUNDING)
    if not is_same:
        raise ModelError(
            f"{plan.traced.name} gives other outputs when its operations run one by one than when it is called; "
            "expected the same: it may write over a view of a tensor, or call a hook that changes values; rewrite that "
            "part"
        )
