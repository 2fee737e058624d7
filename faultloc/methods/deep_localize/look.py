"""One close look at a step, between its forward and its backward pass: contracts, scales, activations, progress."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from torch import Tensor, nn
from torch.autograd.graph import Node
from torch.optim import Optimizer

from faultloc.methods.deep_localize.catalogue import Symptom
from faultloc.methods.deep_localize.finding import INPUT, LABELS, OPTIMIZER
from faultloc.methods.deep_localize.history import LEARNED
from faultloc.methods.deep_localize.hooks.activation_statistics import (
    ActivationStatistic,
    activation_statistics,
    stacked_layers,
)
from faultloc.methods.deep_localize.hooks.autograd_walk import children, operation, past_shaping
from faultloc.methods.deep_localize.hooks.joined_modules import what_is_in
from faultloc.methods.deep_localize.hooks.layer_trace import LayerTrace
from faultloc.methods.deep_localize.hooks.loss_term import LossTerm
from faultloc.methods.deep_localize.hooks.loss_terms import loss_terms, trains_alone
from faultloc.methods.deep_localize.hooks.loss_weights import counting
from faultloc.methods.deep_localize.hooks.targets import SeenTargets, counted, target_of
from faultloc.methods.deep_localize.rules.contract import check_shapes, check_term, check_value
from faultloc.methods.deep_localize.rules.left_out import check_left_out
from faultloc.methods.deep_localize.rules.lost_gradient import Reach, Stopped, reach_of
from faultloc.methods.deep_localize.rules.structure import check_reach, check_structure
from faultloc.methods.deep_localize.rules.wrong_comparison import check_comparison

_INPUT_SCALE, _TINY, _TARGET_SCALE, _HARDLY = 10, 0.02, 10, 0.02
_LABELS_A_CLASS, _FEWEST_TARGETS, _NOTHING = 20, 100, 1e-8
# Of a class that one sample in a hundred belongs to, so many samples hold at least one.
_FEWEST_LABELS, _FEWEST_YES_OR_NO = 400, 1000
_FEWEST_VALUES = 32
_PATIENT_LOOKS = 12  # about the eightieth step


@dataclass(frozen=True)
class Look:
    """What one look saw; the two losses as in ``SampledStep``."""

    symptoms: Sequence[Symptom] = ()
    activations: Sequence[ActivationStatistic] = ()
    kind: str | None = None
    plain_loss: float | None = None
    relative_loss: float | None = None
    notes: Sequence[str] = ()
    stacked: Sequence[str] = ()
    target: Tensor | None = None
    # Whether each sample counts as much as any other, as far as is known.
    counts_alike: bool = True
    # How far the gradient gets; None where that was not looked at.
    reach: Reach | None = None
    # What of the loss is recognised.
    terms: Sequence[LossTerm] = ()
    # What is a fault only where the model does not learn.
    doubts: Sequence[Symptom] = ()
    # What a model that holds all classes for as likely would lose.
    even_loss: float | None = None
    # The loss beside the best constant guess at this step's targets alone, and whether targets move on and on.
    own_loss: float | None = None
    has_moved: bool = False

    @property
    def stopped(self) -> Sequence[Stopped]:
        """Operations that would keep the gradient from layers."""
        return () if self.reach is None else self.reach.stopped


def look_at_loss(
    loss: Tensor,
    value: float,
    model: nn.Module,
    outputs: list[Tensor],
    trace: LayerTrace,
    given_target: Tensor | None,
    targets: SeenTargets,
    optimizers: Sequence[Optimizer],
    *,
    is_thorough: bool,
) -> Look:
    """A look at the step whose loss is ``loss``; ``targets`` remembers what it is shown.

    Only a thorough one looks at contracts and structure, which seldom change.
    """
    # A single value among the outputs is a loss that the model computes itself: what it was made from is not behind it.
    nodes = {output.grad_fn for output in outputs if output.grad_fn is not None and output.dim() > 0}
    terms = loss_terms(loss, nodes)
    predictions = {term.source for term in terms if term.source is not None}
    symptoms: list[Symptom] = []
    doubts: list[Symptom] = list(_scales(trace)) if is_thorough else []
    notes: list[str] = []
    stacked: Sequence[str] = ()
    reach = None
    if is_thorough:
        symptoms += check_structure(loss, trace, predictions)
        doubts += check_reach(loss, model, outputs, trace, optimizers)
        # A loss of exactly 0 has nothing left to teach in this batch.
        reach = reach_of(loss, trace) if abs(value) > _NOTHING else None
        stacked = stacked_layers(loss, trace)
    if not terms and loss.grad_fn is not None:
        notes.append(
            "the loss is of a kind that is not recognised, so that the contract with the last activation and the "
            "progress against a constant guess are not checked; finiteness, gradients, updates and units are"
        )
    if not trace.calls:
        notes.append(
            f"no layer inside {what_is_in(model)} is seen to be called (compiled, scripted, inside torch.func?), so "
            "that findings name no layer"
        )
    for term in terms if is_thorough else ():
        place = trace.name_of(term.source) or trace.last or "model"
        # An activation that is put on what a call of the model gave is the loss's, not the model's.
        is_of_loss = bool(nodes) and term.source not in (nodes | {past_shaping(node) for node in nodes})
        target = target_of(term, outputs)
        target = given_target if target is None and len(terms) == 1 else target
        symptoms += check_term(term, place, target, is_of_loss=is_of_loss)
        symptoms += check_value(term, value, outputs, optimizers)
        symptoms += check_shapes(term, outputs)
        symptoms += check_comparison(term, outputs)
        doubts += _target_scale(term, target)
        symptoms += _direction(term, optimizers)
    plain = relative = even = own = target = None
    counts_alike, has_moved = True, False
    only = terms[0] if len(terms) == 1 else _one_of_both_ways(loss, terms)
    kind = None if only is None else only.kind
    if only is not None:
        target = target_of(only, outputs)
        target = given_target if target is None else target
        counts_alike = only.weight is None
        if target is not None:
            targets.add(counted(only, target))
            symptoms += _monotonous(only, targets, outputs)
            symptoms += check_left_out(targets.classes.look(only, target, outputs))
        measured = targets.yardstick.look(only, target)
        plain, relative, even, own = measured.plain, measured.relative, measured.even, measured.own
        has_moved = measured.has_moved
        # Where other terms train the model too, this one may have to wait: that it is no better than a guess tells
        # something only later.
        is_early = targets.yardstick.looks < _PATIENT_LOOKS
        if is_early and relative is not None and relative >= LEARNED and not trains_alone(only, loss):
            relative = None
    return Look(
        symptoms,
        list(activation_statistics(loss, trace, predictions)),
        kind,
        plain,
        relative,
        notes,
        stacked,
        target,
        counts_alike,
        reach,
        terms,
        doubts,
        even,
        own,
        has_moved,
    )


def _one_of_both_ways(loss: Tensor, terms: Sequence[LossTerm]) -> LossTerm | None:
    """One of two terms that ask of a square of scores which column is each row's partner, and which row each column's.

    The other one says as much of how far the model has come.
    """
    if len(terms) != 2 or {term.kind for term in terms} != {"cross_entropy"} or terms[0].source is not terms[1].source:
        return None
    scores, node, (one, other) = terms[0].prediction, terms[0].node, (term.target for term in terms)
    if node is None or scores is None or one is None or other is None or one.shape != other.shape:
        return None
    is_square = scores.dim() == 2 and scores.shape[0] == scores.shape[1]
    if terms[0].source is None or not is_square or not bool((one == other).all()):
        return None
    return replace(terms[0], counting=counting(loss, node))


def _scales(trace: LayerTrace) -> Iterator[Symptom]:
    first = trace.first_with_weights
    given = None if first is None else first.first_input
    if given is None or trace.is_normalised_first() or not given.is_floating_point() or not given.numel():
        return
    size = float(given.detach().float().square().mean().sqrt())
    # A single value may well be 0.
    if size > _INPUT_SCALE or (size < _TINY and given.numel() >= _FEWEST_VALUES):
        yield Symptom(
            "input.scale", INPUT, size, _INPUT_SCALE if size > _INPUT_SCALE else _TINY,
            f"the values that enter the first layer are of size {size:.4g} (root mean square), where about 1 is usual",
        )  # fmt: skip
    elif given.numel() >= _FEWEST_VALUES:
        mean, spread = float(given.detach().float().mean()), float(given.detach().float().std())
        if 0 < spread < _HARDLY * abs(mean):
            yield Symptom(
                "input.offset", INPUT, spread, abs(mean),
                f"the values that enter the first layer are all about {mean:.4g}: they differ by {spread:.2g} "
                "(standard deviation), next to nothing beside that",
            )  # fmt: skip


def _target_scale(term: LossTerm, target: Tensor | None) -> Iterator[Symptom]:
    if term.kind not in ("squared", "absolute") or target is None or target.numel() < 2:
        return
    spread = float(target.float().std())
    if spread > _TARGET_SCALE:
        yield Symptom(
            "target.scale",
            LABELS,
            spread,
            _TARGET_SCALE,
            f"the targets of the regression lie {spread:.4g} from their mean (standard deviation); about 1 is usual",
        )


def _direction(term: LossTerm, optimizers: Sequence[Optimizer]) -> Iterator[Symptom]:
    is_maximized = any(group.get("maximize") for one in optimizers for group in one.param_groups)
    if is_maximized and term.is_whole_loss and term.counting.is_known and term.counting.sign > 0:
        yield Symptom(
            "optimizer.maximizes", OPTIMIZER, 1, 0, "the optimizer is told to make the loss larger (maximize=True)"
        )


def _monotonous(term: LossTerm, targets: SeenTargets, outputs: list[Tensor]) -> Iterator[Symptom]:
    """Targets that are all the same."""
    if term.kind in ("cross_entropy", "nll", "categorical") and term.prediction is not None:
        classes = term.prediction.shape[1] if term.prediction.dim() > 1 else 1
        if targets.samples >= max(_FEWEST_LABELS, _LABELS_A_CLASS * classes) and targets.is_constant():
            yield Symptom(
                "labels.single", LABELS, 1, classes,
                f"all of {targets.samples} samples have one label, and the model has {classes} outputs",
            )  # fmt: skip
    # The targets of a loss on another model's answer may well be constant: a generator's are.
    is_own = any(output.grad_fn is not None and past_shaping(output.grad_fn) is term.source for output in outputs)
    if not is_own or not targets.is_constant():
        return
    # What is driven to 0 by hand is a density's exponent, a residual or a penalty as well.
    is_residual = term.target is None and targets.constant() == 0
    if term.kind in ("squared", "absolute") and targets.samples >= _FEWEST_TARGETS and not is_residual:
        yield Symptom(
            "labels.single", LABELS, 1, 2, f"all of {targets.samples} samples have the same number as their target"
        )
    # Of two scores' difference yes may always be the answer, and of what another network makes.
    is_judged = len(outputs) > 1 or _is_difference(term.source)
    if term.kind not in ("bce", "bce_logits") or is_judged or not term.is_whole_loss:
        return
    if targets.samples >= _FEWEST_YES_OR_NO:
        yield Symptom(
            "labels.single", LABELS, 1, 2,
            f"all of {targets.samples} samples have the label {targets.constant():g}: the model has to answer that "
            "always, and learns it",
            advice="give it samples of the other kind as well; where none are known, draw some (negative sampling)",
        )  # fmt: skip


def _is_difference(node: Node | None) -> bool:
    """Whether a score, or what a sigmoid is put on, is one answer less another."""
    behind = [] if node is None else [node, *(past_shaping(child) for child in children(node))]
    return any(one is not None and operation(one) == "Sub" for one in behind)
