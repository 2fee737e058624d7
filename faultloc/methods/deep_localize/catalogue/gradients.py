"""Rules about the way back: gradients that do not arrive, vanish or are no numbers."""

from faultloc.methods.deep_localize.catalogue.paper_labels import DELTA, GRADIENT, NONE
from faultloc.methods.deep_localize.catalogue.rule import Rule

RULES: dict[str, Rule] = {
    "gradient.unreached": Rule(
        "backward",
        "error",
        DELTA,
        "compute the loss from model(inputs) itself: no argmax(), round(), detach(), and no loss.requires_grad_()",
    ),
    "gradient.stopped": Rule(
        "backward",
        "error",
        DELTA,
        "give the loss the values before this operation; round(), > and argmax() only to evaluate",
    ),
    "gradient.unused_head": Rule(
        "backward",
        "warning",
        NONE,
        "add this output's loss to the one that backward() is called on, or take the head out",
    ),
    "gradient.part_unreached": Rule(
        "backward",
        "error",
        DELTA,
        "compute this loss from the part's own output, without detach() or no_grad(), and let its optimizer step after",
    ),
    "gradient.cut_answer": Rule(
        "backward",
        "error",
        NONE,
        "judge what was made without detach() in this loss: criterion(discriminator(made), real_labels)",
    ),
    "gradient.cut": Rule(
        "backward",
        "error",
        DELTA,
        "look behind this layer for x.detach(), x.data, torch.no_grad() or a detour through numpy",
    ),
    "gradient.blocked": Rule(
        "backward",
        "warning",
        DELTA,
        "leave out torch.no_grad() around this layer; if it is meant to stay as it is, take it out of the optimizer",
    ),
    "gradient.cut_state": Rule(
        "backward", "warning", DELTA, "do not detach() the state between the steps of one sequence"
    ),
    "gradient.none": Rule(
        "backward",
        "error",
        DELTA,
        "call optimizer.zero_grad() before loss.backward(), not between loss.backward() and optimizer.step()",
    ),
    "gradient.nonfinite": Rule(
        "backward",
        "error",
        GRADIENT,
        "in or before this layer, guard what has no slope at 0: torch.sqrt(x + 1e-8), powers, norms of zero vectors",
    ),
    "gradient.zero": Rule(
        "backward",
        "error",
        GRADIENT,
        "look for an activation that is flat here, as nn.ReLU() is for negative sums, or for a constant loss",
    ),
    "gradient.vanishing": Rule(
        "backward",
        "warning",
        GRADIENT,
        "use nn.ReLU() in place of sigmoid or tanh, fewer layers, nn.BatchNorm1d(...), or x = x + layer(x)",
    ),
    # What has ended a script.
    "gradient.second_backward": Rule(
        "backward",
        "error",
        NONE,
        "call loss.backward() once, on the sum of the losses; keep a running total with total += loss.item()",
    ),
    "gradient.inplace": Rule(
        "backward", "error", NONE, "write x = x + y in place of x += y, nn.ReLU() in place of nn.ReLU(inplace=True)"
    ),
    "gradient.exploding": Rule(
        "backward",
        "error",
        GRADIENT,
        "clip the gradients before optimizer.step(): nn.utils.clip_grad_norm_(model.parameters(), 1.0)",
    ),
    "gradient.both_goals": Rule(
        "backward",
        "error",
        NONE,
        "give the other network fake.detach() in its own loss, or zero_grad() before this backward()",
    ),
}
