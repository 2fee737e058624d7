"""One batch through the network and back: what each value that it holds adds to the chosen outputs."""

import operator
from collections.abc import Collection, Sequence
from dataclasses import dataclass, field

import torch
from jaxtyping import Float, Int
from torch import Tensor, fx

from faultloc.errors import ModelError
from faultloc.probes.relevance.call import Back, Call, Relevance, carriers_of
from faultloc.probes.relevance.plan import Plan
from faultloc.probes.relevance.rules.rule import Rule

_NAMED_RESULT = (
    "which reads one of several results of an operation by its name; expected an operation of one result with a rule: "
    "such as torch.amax for the values of a maximum"
)
_BEHIND_SOFTMAX = (
    "behind a softmax whose result is not used as weights of other values; expected a softmax at the network's end or "
    "inside attention only: replace it by another activation"
)


@dataclass
class ForwardPass:
    """The logits of a batch, and for each node its carriers and the way back to them.

    ``pieces`` are the nodes that pick one of an operation's several results: that node, which one, of how many.
    """

    logits: Float[Tensor, "batch output"]
    ways: dict[fx.Node, tuple[Sequence[fx.Node], Back]] = field(default_factory=dict)
    shapes: dict[fx.Node, torch.Size] = field(default_factory=dict)
    pieces: dict[fx.Node, tuple[fx.Node, int, int]] = field(default_factory=dict)


def walk_forward(plan: Plan, batch: Tensor, rule: Rule) -> ForwardPass:
    """``batch`` through the network, which is in evaluation mode.

    Raises:
        ModelError: the network does not give a row of numbers for each sample.
    """
    values: dict[fx.Node, object] = {**plan.constants, plan.entry: batch}
    passed = ForwardPass(torch.zeros(0, 0), shapes={plan.entry: batch.shape})
    carries = {step.node: step.carries for step in plan.steps} | {plan.entry: True}
    for step in plan.steps:
        node = step.node
        carriers = carriers_of(node, values, carries) if step.carries else []
        call = Call(node, step.run, values, carriers)
        if carriers:
            values[node], back = step.handler(call, rule)
            passed.ways[node] = carriers, back
        else:
            values[node] = call.quietly()
            _note_piece(passed, node, values)
            # What reads one of several results by its name is not followed, and must not be taken for a constant.
            if step.depends and step.carries and _is_lost(passed, node, values):
                passed.ways[node] = [], _refusing(plan, node, _NAMED_RESULT)
            elif step.depends and not step.carries:
                passed.ways[node] = [], _refusing(plan, node, _BEHIND_SOFTMAX)
        if isinstance(value := values[node], Tensor):
            passed.shapes[node] = value.shape
        for used in step.done_with:
            values.pop(used, None)
    logits = values.get(plan.logits)
    if not isinstance(logits, Tensor) or logits.dim() != 2 or len(logits) != len(batch):
        found = f"the shape {tuple(logits.shape)}" if isinstance(logits, Tensor) else type(logits).__name__
        raise ModelError(
            f"{plan.traced.name} gives {found} for {len(batch)} samples; expected a row of numbers for each sample, "
            "one a class: name a model that classifies"
        )
    passed.logits = logits
    return passed


def walk_back(
    plan: Plan, passed: ForwardPass, targets: Int[Tensor, "batch chosen"], wanted: Collection[fx.Node]
) -> dict[fx.Node, Tensor]:
    """The relevance of the ``wanted`` nodes' values, from the logits of ``targets``; zeros where none arrives.

    Frees what ``passed`` holds on the way.

    Raises:
        ModelError: relevance arrives where no rule is known.
    """
    start = torch.zeros_like(passed.logits).scatter(1, targets, passed.logits.gather(1, targets))
    arrived: dict[fx.Node, Relevance] = {plan.logits: start}
    found: dict[fx.Node, Tensor] = {}
    for node in (*(step.node for step in reversed(plan.steps)), plan.entry):
        relevance = arrived.pop(node, None)
        if node in wanted:
            found[node] = relevance if isinstance(relevance, Tensor) else start.new_zeros(passed.shapes[node])
        if relevance is None:
            continue
        if node in passed.pieces:
            _add_piece(arrived, *passed.pieces[node], relevance)
        elif node in passed.ways:
            carriers, back = passed.ways.pop(node)
            for carrier, share in zip(carriers, back(relevance), strict=True):
                if share is not None:
                    so_far = arrived.get(carrier)
                    arrived[carrier] = share if so_far is None else so_far + share  # type: ignore[operator]
    return found


def _is_lost(passed: ForwardPass, node: fx.Node, values: dict[fx.Node, object]) -> bool:
    """True for real numbers that come of several results of an operation in a way that no rule follows back."""
    value = values[node]
    if not isinstance(value, Tensor) or not value.is_floating_point() or node in passed.pieces:
        return False
    given = [values.get(used) for used in node.all_input_nodes]
    return any(isinstance(each, tuple | list) and any(isinstance(part, Tensor) for part in each) for each in given)


def _note_piece(passed: ForwardPass, node: fx.Node, values: dict[fx.Node, object]) -> None:
    if node.target is operator.getitem and isinstance(values[node], Tensor):
        whole, place = node.args[0], node.args[1]
        if isinstance(whole, fx.Node) and isinstance(place, int) and isinstance(values[whole], tuple | list):
            count = len(values[whole])  # type: ignore[arg-type]
            passed.pieces[node] = (whole, place % count, count)


def _add_piece(arrived: dict[fx.Node, Relevance], whole: fx.Node, place: int, count: int, relevance: Relevance) -> None:
    parts = list(arrived.get(whole, [None] * count))
    before = parts[place]
    assert isinstance(relevance, Tensor)
    parts[place] = relevance if before is None else before + relevance
    arrived[whole] = parts


def _refusing(plan: Plan, node: fx.Node, why: str) -> Back:
    def back(_: Relevance) -> list[Tensor | None]:
        raise ModelError(f"relevance ends at {node.name!r} of {plan.traced.name}, {why}")

    return back
