"""Rules about the update: which parameters an optimizer holds, and how it moves them."""

from faultloc.methods.deep_localize.catalogue.paper_labels import DELTA, LOSS, NONE, WEIGHTS
from faultloc.methods.deep_localize.catalogue.rule import Rule

RULES: dict[str, Rule] = {
    "optimizer.other_parameters": Rule(
        "update",
        "error",
        NONE,
        "make the optimizer after the model is complete: optimizer = torch.optim.Adam(model.parameters())",
    ),
    "optimizer.shared_parameters": Rule(
        "update",
        "error",
        NONE,
        "give each optimizer the parameters of its own part: those in two are moved twice a step",
    ),
    "optimizer.stale_gradients": Rule(
        "update", "error", DELTA, "call optimizer.zero_grad() once for each step, before loss.backward()"
    ),
    "optimizer.maximizes": Rule("update", "error", LOSS, "leave out maximize=True: a loss is made small, not large"),
    "optimizer.never_steps": Rule("update", "error", WEIGHTS, "call optimizer.step() after loss.backward()"),
    "optimizer.replaced_part": Rule(
        "update", "error", NONE, "make the optimizer after the model is complete, or optimizer.add_param_group(...)"
    ),
    "optimizer.forgotten_part": Rule(
        "update",
        "error",
        NONE,
        "give its parameters to the optimizer as well: Adam([*first.parameters(), *second.parameters()])",
    ),
    "optimizer.unknown_parameters": Rule(
        "update",
        "error",
        NONE,
        "keep layers in self.layers = nn.ModuleList(layers) or nn.ModuleDict, not in a plain list or dict",
    ),
    "optimizer.rate_too_high": Rule("update", "error", WEIGHTS, "lower the learning rate, ten times to begin with"),
    "optimizer.rate_too_low": Rule("update", "warning", WEIGHTS, "raise the learning rate, ten times to begin with"),
    "optimizer.weight_decay": Rule(
        "update", "error", WEIGHTS, "lower weight_decay, a hundred times to begin with: weight_decay=1e-4 is usual"
    ),
    "optimizer.small_steps": Rule(
        "update",
        "warning",
        WEIGHTS,
        "raise the learning rate; look at its schedule, scheduler.step(), and at clip_grad_norm_(...)",
    ),
    # What has ended a script.
    "optimizer.no_parameters": Rule(
        "update", "error", NONE, "keep layers as self.layer = ..., or in self.layers = nn.ModuleList(layers)"
    ),
    "optimizer.rate_zero": Rule(
        "update",
        "error",
        WEIGHTS,
        "look at what the schedule gives, print(scheduler.get_last_lr()), and whether it counts steps or epochs",
    ),
    "optimizer.rate_unscheduled": Rule(
        "update",
        "warning",
        WEIGHTS,
        "call scheduler.step() once an epoch if it counts epochs, after every optimizer.step() if it counts steps",
    ),
    "optimizer.rate_died": Rule(
        "update",
        "error",
        WEIGHTS,
        "call scheduler.step() once an epoch if it counts epochs; if it counts steps: T_max=epochs * len(loader)",
    ),
    "optimizer.rate_rises": Rule(
        "update",
        "error",
        WEIGHTS,
        "let the schedule end in a falling rate: gamma below 1; print(scheduler.get_last_lr())",
    ),
    "optimizer.swapped_betas": Rule("update", "error", WEIGHTS, "exchange the two: betas=(0.9, 0.999)"),
    "optimizer.momentum": Rule("update", "error", WEIGHTS, "set momentum=0.9 (in Adam: betas=(0.9, 0.999))"),
    "optimizer.group_rates": Rule(
        "update",
        "warning",
        WEIGHTS,
        "give the groups rates that differ ten times or so: the last 'lr' is missing or off",
    ),
    "optimizer.clipping": Rule(
        "update",
        "warning",
        WEIGHTS,
        "clip at what single gradients exceed, for example clip_grad_norm_(..., max_norm=1.0)",
    ),
    "optimizer.epsilon": Rule("update", "warning", WEIGHTS, "leave eps at its default: eps=1e-8"),
    "optimizer.unstable": Rule(
        "update",
        "warning",
        WEIGHTS,
        "lower the learning rate ten times; if it is small already, nn.utils.clip_grad_norm_(model.parameters(), 1.0)",
    ),
    "optimizer.empty_group": Rule(
        "update", "error", NONE, "make a list of it, as a generator is used up once: list(model.backbone.parameters())"
    ),
    "optimizer.left_out": Rule(
        "update",
        "warning",
        NONE,
        "let the groups hold the parameters of every layer, once each: optimizer.add_param_group({'params': ...})",
    ),
    "optimizer.idle": Rule("update", "error", NONE, "call its step() as well: optimizer_d.step() after its backward()"),
    "optimizer.plateau": Rule(
        "update",
        "warning",
        NONE,
        "use mode='min' for a loss, mode='max' for an accuracy: ReduceLROnPlateau(optimizer, mode='min')",
    ),
    "optimizer.frozen_parameters": Rule(
        "update", "error", NONE, "thaw what is to be trained: model.head.requires_grad_(), before the optimizer is made"
    ),
    "optimizer.squared_rate": Rule(
        "update",
        "warning",
        WEIGHTS,
        "let the function give a factor, 1 for the rate itself: return min(1, step / 100)",
    ),
    "optimizer.rounded_away": Rule(
        "update",
        "warning",
        WEIGHTS,
        "keep the weights in float32: with torch.autocast(device, dtype=torch.bfloat16) around the forward pass",
    ),
}
