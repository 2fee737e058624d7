"""Rules about the update: which parameters an optimizer holds, and how it moves them."""

from faultloc.methods.deep_localize.catalogue.paper_labels import DELTA, LOSS, NONE, WEIGHTS
from faultloc.methods.deep_localize.catalogue.rule import Rule

RULES: dict[str, Rule] = {
    "optimizer.other_parameters": Rule(
        "update", "error", NONE, "build the optimizer from this model's parameters, after the model is complete"
    ),
    "optimizer.shared_parameters": Rule(
        "update", "error", NONE, "give each optimizer the parameters of its own part: these are moved twice a step"
    ),
    "optimizer.stale_gradients": Rule(
        "update", "error", DELTA, "call optimizer.zero_grad() once for each step, before backward()"
    ),
    "optimizer.maximizes": Rule("update", "error", LOSS, "leave out maximize=True: a loss is made small, not large"),
    "optimizer.never_steps": Rule("update", "error", WEIGHTS, "call optimizer.step() after backward()"),
    "optimizer.unknown_parameters": Rule(
        "update", "error", NONE, "keep layers in nn.ModuleList or nn.ModuleDict, not in a list or a dict"
    ),
    "optimizer.rate_too_high": Rule("update", "error", WEIGHTS, "lower the learning rate, ten times to begin with"),
    "optimizer.rate_too_low": Rule("update", "warning", WEIGHTS, "raise the learning rate, ten times to begin with"),
    "optimizer.weight_decay": Rule("update", "error", WEIGHTS, "lower weight_decay, a hundred times to begin with"),
    "optimizer.small_steps": Rule(
        "update", "warning", WEIGHTS, "raise the learning rate; look at its schedule and at the clipping of gradients"
    ),
    # What has ended a script.
    "optimizer.no_parameters": Rule(
        "update", "error", NONE, "keep layers as self.layer = ..., or in self.layers = nn.ModuleList(layers)"
    ),
}
