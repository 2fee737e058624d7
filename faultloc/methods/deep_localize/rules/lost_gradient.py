"""Where the way of the gradient from the loss to the model's layers ends, and what ended it."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from torch import Tensor
from torch.autograd.graph import Node

from faultloc.methods.deep_localize.catalogue import Symptom
from faultloc.methods.deep_localize.finding import LOSS
from faultloc.methods.deep_localize.hooks.autograd_walk import children
from faultloc.methods.deep_localize.hooks.gradient_stops import GradientStop, open_nodes
from faultloc.methods.deep_localize.hooks.layer_trace import LayerCall, LayerTrace, owner_of

_MOST_NODES, _PENALTY_LOOKS = 4000, 5


@dataclass(frozen=True)
class Stopped:
    """An operation that keeps every gradient from ``layers``, if nothing else brings them one."""

    symptom: Symptom
    layers: frozenset[str]

    def holds(self, norms: Mapping[str, float]) -> bool:
        """Whether none of the layers got a gradient other than 0; ``norms`` by parameter."""
        known = [norm for name, norm in norms.items() if owner_of(name) in self.layers]
        return bool(known) and not any(known)


@dataclass(frozen=True)
class Reach:
    """Which layers the gradient of a loss gets to (``reached``), and the operations that keep it from others."""

    reached: frozenset[str] = frozenset()
    stopped: tuple[Stopped, ...] = ()


def reach_of(loss: Tensor, trace: LayerTrace) -> Reach | None:
    """How far the gradient of ``loss`` gets; None where the graph is too large to be seen whole."""
    if loss.grad_fn is None:
        return Reach()
    nodes, stops, is_whole = open_nodes(loss.grad_fn)
    if not is_whole:
        return None
    reached = frozenset(call.name for call in trace.calls if call.node in nodes)
    return Reach(reached, tuple(_stopped(stops, trace, reached)))


def _stopped(stops: list[GradientStop], trace: LayerTrace, reached: frozenset[str]) -> Iterator[Stopped]:
    for stop in stops:
        behind = _all_behind(stop.node)
        layers = {
            call.name: None
            for call in trace.calls
            if call.node in behind and call.name not in reached and _is_trained(call)
        }
        if not layers:
            continue
        place = trace.name_of(stop.node) or list(layers)[-1]
        count = f"the {len(layers)} layers" if len(layers) > 1 else "the layer"
        yield Stopped(
            Symptom(
                "gradient.stopped", place, len(layers), 0,
                f"behind this layer {stop.name} gives constants, whose gradient is exactly 0: {count} before it "
                "will never change",
                {"operation": stop.name},
            ),
            frozenset(layers),
        )  # fmt: skip


def _all_behind(root: Node) -> set[Node]:
    seen, waiting = {root}, [root]
    while waiting and len(seen) < _MOST_NODES:
        for child in children(waiting.pop()):
            if child not in seen:
                seen.add(child)
                waiting.append(child)
    return seen


def _is_trained(call: LayerCall) -> bool:
    return any(parameter.requires_grad for parameter in call.layer.parameters())


def unreached(loss: Tensor, outputs: list[Tensor], trace: LayerTrace) -> Symptom:
    """The symptom of a loss from which no gradient gets to the model: at which layer, or behind which, it was lost."""
    last = trace.last or "model"
    by_hand = (
        "; requires_grad was switched on for the loss by hand, which only hides this" if loss.grad_fn is None else ""
    )
    head = "the loss has no history" if loss.grad_fn is None else "the history of the loss does not lead to the model"
    with_history = [call.name for call in trace.calls if call.node is not None]
    floating = [output for output in outputs if output.is_floating_point()]
    if any(output.grad_fn is not None for output in floating):
        # One that was made anew of the loss's number has lost it there.
        return Symptom(
            "gradient.unreached", LOSS if loss.grad_fn is None else last, 0, 1,
            f"{head}: the model's output has one, and it is lost between the output and the loss (by argmax, "
            f"a comparison, round-off to int, detach(), .data, .item(), numpy or torch.tensor(...)){by_hand}",
        )  # fmt: skip
    blocked = next((call for call in trace.calls if call.node is None and _is_trained(call)), None)
    if blocked is not None:
        return Symptom(
            "gradient.unreached", blocked.name, 0, 1,
            f"{head}: this layer is called where no gradient is recorded (torch.no_grad()){by_hand}",
        )  # fmt: skip
    if floating and with_history:
        return Symptom(
            "gradient.unreached", with_history[-1], 0, 1,
            f"{head}: behind this layer, inside forward(), the output loses its history (by .data, detach(), argmax, "
            f"numpy or torch.tensor(...)){by_hand}",
        )  # fmt: skip
    return Symptom(
        "gradient.unreached", last, 0, 1,
        f"{head}: no gradient gets from it to any of the model's parameters, as something between is not "
        f"differentiable{by_hand}",
    )  # fmt: skip


class PenaltiesAlone:
    """Whether the losses of the first looks hang on the weights alone, by penalties, and on no output of the model."""

    def __init__(self) -> None:
        self._is_over = False
        self._looks = 0

    def look(
        self, loss: Tensor, outputs: list[Tensor], trace: LayerTrace, reach: Reach | None, doubts: Sequence[Symptom]
    ) -> Iterator[Symptom]:
        """A symptom at the fifth such look, if no other came before."""
        if self._is_over or reach is None or not any(call.node is not None for call in trace.calls):
            return
        self._is_over = bool(reach.reached or reach.stopped)
        if self._is_over or any(doubt.rule == "gradient.unreached" for doubt in doubts):
            return  # the model is used, or the loss is another model's
        self._looks += 1
        if self._looks == _PENALTY_LOOKS:
            self._is_over = True
            yield unreached(loss, outputs, trace)
