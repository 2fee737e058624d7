"""Every rule of the monitor: its phase, how grave it is, what the paper calls it, what to do, and its rank as a cause.

The order is the order of causes: when several show, the one that stands higher explains those below it.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field

from faultloc.methods.deep_localize.finding import Finding, Phase, Severity

# The labels of the paper's algorithm, and what the released tool prints for them.
_FORWARD = ("Error Before/After Activation", "Error in forward, terminating training")
_WEIGHTS = ("Error Backward in Weight", "Error in Weights, terminating training")
_LOSS = ("Error Loss Function", "Invalid loss, terminating training")
_DELTA = ("Error Backward in Delta Weight", "Error in delta Weights, terminating training")
_GRADIENT = ("Error Backward in Delta Weight", "Error in Output Gradient, terminating training")
_FLAT = ("Model Does not Learn", "MDL, terminating training")
_NONE = ("", "")


@dataclass(frozen=True)
class Rule:
    """One rule; ``labels`` are the paper's and the released tool's names of its symptom."""

    phase: Phase
    severity: Severity
    labels: tuple[str, str]
    advice: str


@dataclass(frozen=True)
class Symptom:
    """What a rule saw, before it is turned into a finding."""

    rule: str
    place: str
    value: float | int
    threshold: float | int
    sentence: str
    evidence: Mapping[str, float | str] = field(default_factory=dict)


RULES: dict[str, Rule] = {
    # What goes in.
    "input.nonfinite": Rule("input", "error", _FORWARD, "clean the data: drop or fill those cells before training"),
    "input.constant": Rule("input", "warning", _NONE, "look at what the loader gives: every sample is the same"),
    "labels.single": Rule(
        "input", "error", _NONE, "check how the labels are read; do not scale or divide class labels"
    ),
    # The contract between output, loss and targets.
    "output.one_unit_softmax": Rule(
        "forward", "error", _FORWARD, "use a sigmoid for one probability, or no activation for a number to be predicted"
    ),
    "output.softmax_axis": Rule("forward", "error", _FORWARD, "take the softmax over the classes: dim=1, or dim=-1"),
    "labels.range": Rule("input", "error", _LOSS, "for several classes use one output each and CrossEntropyLoss"),
    "output.range": Rule(
        "forward", "error", _LOSS, "change the last activation, or scale the targets into what it can reach"
    ),
    "loss.double_softmax": Rule(
        "forward", "error", _LOSS, "remove the last activation: CrossEntropyLoss takes raw outputs (logits)"
    ),
    "loss.double_sigmoid": Rule(
        "forward", "error", _LOSS, "remove the last activation: BCEWithLogitsLoss takes raw outputs (logits)"
    ),
    "loss.activation": Rule(
        "forward", "error", _LOSS, "remove the last activation: this loss takes raw outputs, of either sign"
    ),
    "loss.no_log_softmax": Rule(
        "forward", "error", _LOSS, "use CrossEntropyLoss on raw outputs, or put LogSoftmax(dim=1) before NLLLoss"
    ),
    "loss.no_probabilities": Rule(
        "forward", "error", _LOSS, "end in a softmax over the classes, or use CrossEntropyLoss on raw outputs"
    ),
    "loss.no_probability": Rule("forward", "error", _LOSS, "end in a sigmoid, or use BCEWithLogitsLoss on raw outputs"),
    "model.softmax_axis": Rule("forward", "warning", _FORWARD, "name the axis that is to be weighed: softmax(dim=...)"),
    "model.batch_first": Rule(
        "forward",
        "error",
        _NONE,
        "make the layer with batch_first=True for inputs of (samples, steps, features), and without it for (steps, "
        "samples, features)",
    ),
    "model.reshaped_samples": Rule(
        "forward",
        "error",
        _NONE,
        "bring the axis of the samples to the front before: x.transpose(0, 1).reshape(samples, -1); view and reshape "
        "move no axis",
    ),
    "model.softmax_over_samples": Rule(
        "forward", "error", _FORWARD, "take the softmax over what is to be weighed: dim=1, or dim=-1"
    ),
    "model.mixes_samples": Rule(
        "forward",
        "warning",
        _NONE,
        "check which axis is the batch's: batch_first=True, softmax(dim=), view, transpose",
    ),
    "model.reshaped_axes": Rule(
        "forward",
        "error",
        _NONE,
        "exchange axes with transpose or permute, as in x.transpose(1, 2): view and reshape move no axis",
    ),
    "model.skipped_layer": Rule(
        "forward", "warning", _NONE, "give the next layer this one's output, as in x = self.second(self.first(x))"
    ),
    "model.shared_layer": Rule(
        "forward", "warning", _NONE, "make each anew: nn.ModuleList([make_layer() for _ in range(4)])"
    ),
    "model.hidden_softmax": Rule(
        "forward", "warning", _NONE, "use ReLU between layers, and a softmax for probabilities alone"
    ),
    "model.output_dropout": Rule(
        "forward", "warning", _NONE, "take the dropout away that comes after the last layer, or move it before it"
    ),
    "model.padded_state": Rule(
        "forward",
        "warning",
        _NONE,
        "pack_padded_sequence(x, lengths, batch_first=True, enforce_sorted=False) before the layer, or take each "
        "sample's last real step: out[torch.arange(len(out)), lengths - 1]",
    ),
    "loss.broadcast": Rule(
        "loss", "error", _LOSS, "give outputs and targets the same shape, for example target.unsqueeze(1)"
    ),
    "loss.negative": Rule("loss", "error", _LOSS, "check the loss's sign: training makes it smaller still"),
    # The wiring.
    "optimizer.other_parameters": Rule(
        "update", "error", _NONE, "build the optimizer from this model's parameters, after the model is complete"
    ),
    "optimizer.shared_parameters": Rule(
        "update", "error", _NONE, "give each optimizer the parameters of its own part: these are moved twice a step"
    ),
    "optimizer.stale_gradients": Rule(
        "update", "error", _DELTA, "call optimizer.zero_grad() once for each step, before backward()"
    ),
    "optimizer.maximizes": Rule("update", "error", _LOSS, "leave out maximize=True: a loss is made small, not large"),
    "optimizer.never_steps": Rule("update", "error", _WEIGHTS, "call optimizer.step() after backward()"),
    "optimizer.unknown_parameters": Rule(
        "update", "error", _NONE, "keep layers in nn.ModuleList or nn.ModuleDict, not in a list or a dict"
    ),
    "gradient.unreached": Rule(
        "backward", "error", _DELTA, "look for a threshold, argmax, rounding, detach() or no_grad() before the loss"
    ),
    "gradient.cut": Rule(
        "backward", "error", _DELTA, "look behind this layer for detach(), .data, no_grad() or a detour through numpy"
    ),
    "gradient.blocked": Rule(
        "backward",
        "warning",
        _DELTA,
        "leave out no_grad() around this layer; if it is meant, take it out of the optimizer",
    ),
    "gradient.cut_state": Rule(
        "backward", "warning", _DELTA, "do not detach the state between the steps of one sequence"
    ),
    "gradient.none": Rule(
        "backward", "error", _DELTA, "call zero_grad() before backward(), not between backward() and step()"
    ),
    "weights.constant": Rule(
        "forward", "error", _WEIGHTS, "initialise with random weights, as the layer does by default"
    ),
    "model.few_values": Rule(
        "forward", "warning", _NONE, "use larger batches, or GroupNorm or LayerNorm, which need none"
    ),
    "model.dropout": Rule(
        "forward", "warning", _NONE, "lower the share that dropout takes away: .5 is much, .1 to .3 is usual"
    ),
    "model.evaluating": Rule(
        "forward", "warning", _NONE, "call model.train() before training, and again after each evaluation"
    ),
    # Scales.
    "labels.sorted": Rule("input", "warning", _NONE, "shuffle the samples: DataLoader(..., shuffle=True)"),
    "input.scale": Rule("input", "warning", _NONE, "scale the inputs to about [-1, 1], or to mean 0 and deviation 1"),
    "target.scale": Rule("input", "warning", _NONE, "scale the targets to deviation 1, and the predictions back"),
    # How it goes.
    "optimizer.rate_too_high": Rule("update", "error", _WEIGHTS, "lower the learning rate, ten times to begin with"),
    "optimizer.rate_too_low": Rule("update", "warning", _WEIGHTS, "raise the learning rate, ten times to begin with"),
    "forward.exploding": Rule(
        "forward", "error", _FORWARD, "use smaller initial weights, normalisation, or fewer recurrent steps"
    ),
    "forward.nonfinite": Rule(
        "forward", "error", _FORWARD, "guard what this layer divides by or takes the logarithm or the root of"
    ),
    "weights.nonfinite": Rule("update", "error", _WEIGHTS, "start from sound weights, or load another checkpoint"),
    "loss.nonfinite": Rule(
        "loss",
        "error",
        _LOSS,
        "guard the loss against log(0), a division by 0 and an empty mean; prefer torch's own losses",
    ),
    "gradient.nonfinite": Rule(
        "backward", "error", _GRADIENT, "guard a root or a power at 0 and norms of zero vectors in or before this layer"
    ),
    "optimizer.weight_decay": Rule("update", "error", _WEIGHTS, "lower weight_decay, a hundred times to begin with"),
    "weights.scale": Rule("forward", "warning", _FORWARD, "use smaller initial weights, as the layer does by default"),
    "activation.dead": Rule(
        "forward", "error", _FORWARD, "check this layer's bias and initial weights; LeakyReLU or GELU cannot die"
    ),
    "forward.constant": Rule(
        "forward",
        "error",
        _FORWARD,
        "look at what is computed there: a layer given the wrong tensor, a product with 0, a difference of the same",
    ),
    "gradient.zero": Rule(
        "backward",
        "error",
        _GRADIENT,
        "look for an activation that is flat where this model stands, or a constant loss",
    ),
    "gradient.vanishing": Rule(
        "backward", "warning", _GRADIENT, "use ReLU, fewer layers, normalisation or residual connections"
    ),
    "activation.saturated": Rule(
        "forward", "warning", _FORWARD, "scale what goes in, use smaller initial weights, or another activation"
    ),
    "optimizer.small_steps": Rule(
        "update", "warning", _WEIGHTS, "raise the learning rate; look at its schedule and at the clipping of gradients"
    ),
    "loss.diverging": Rule("loss", "error", _LOSS, "lower the learning rate and check the loss's sign"),
    "loss.flat": Rule("loss", "warning", _FLAT, "try another loss: the absolute error is flat at a constant guess"),
    "model.no_activation": Rule(
        "forward", "warning", _FLAT, "put an activation between the two, without one they are a single linear layer"
    ),
    "labels.unrelated": Rule(
        "input", "warning", _FLAT, "check that inputs and labels are in the same order and belong together"
    ),
}
_RANK = {rule: rank for rank, rule in enumerate(RULES)}
_PLACES = {"input", "labels", "loss", "optimizer"}


def as_finding(symptom: Symptom, step: int) -> Finding:
    """The finding for ``symptom`` at an optimizer's step."""
    rule = RULES[symptom.rule]
    return Finding(
        rule=symptom.rule,
        phase=rule.phase,
        severity=rule.severity,
        place=symptom.place,
        layer=None if symptom.place in _PLACES else symptom.place,
        step=step,
        value=float(symptom.value),
        threshold=float(symptom.threshold),
        sentence=symptom.sentence,
        advice=rule.advice,
        paper_label=rule.labels[0],
        released_message=rule.labels[1],
        evidence=dict(symptom.evidence),
    )


def cause_first(findings: list[Finding]) -> list[Finding]:
    """The findings with the likeliest root cause first: by rank as a cause, then by step."""
    return sorted(findings, key=lambda finding: (_RANK[finding.rule], finding.step))
