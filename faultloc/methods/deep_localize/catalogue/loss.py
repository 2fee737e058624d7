"""Rules about the contract between a model's output, its loss and the targets."""

from faultloc.methods.deep_localize.catalogue.paper_labels import FLAT, FORWARD, LOSS, NONE
from faultloc.methods.deep_localize.catalogue.rule import Rule

RULES: dict[str, Rule] = {
    "output.one_unit_softmax": Rule(
        "forward", "error", FORWARD, "use a sigmoid for one probability, or no activation for a number to be predicted"
    ),
    "output.softmax_axis": Rule("forward", "error", FORWARD, "take the softmax over the classes: dim=1, or dim=-1"),
    "output.range": Rule(
        "forward", "error", LOSS, "change the last activation, or scale the targets into what it can reach"
    ),
    "loss.double_softmax": Rule(
        "forward", "error", LOSS, "remove the last activation: CrossEntropyLoss takes raw outputs (logits)"
    ),
    "loss.double_sigmoid": Rule(
        "forward", "error", LOSS, "remove the last activation: BCEWithLogitsLoss takes raw outputs (logits)"
    ),
    "loss.activation": Rule(
        "forward", "error", LOSS, "remove the last activation: this loss takes raw outputs, of either sign"
    ),
    "loss.no_log_softmax": Rule(
        "forward", "error", LOSS, "use CrossEntropyLoss on raw outputs, or put LogSoftmax(dim=1) before NLLLoss"
    ),
    "loss.no_logarithm": Rule(
        "forward", "error", LOSS, "give KLDivLoss F.log_softmax(output, dim=1), and not F.softmax or raw outputs"
    ),
    "loss.swapped": Rule("loss", "error", LOSS, "write F.kl_div(F.log_softmax(output, dim=1), target)"),
    "loss.log_target": Rule("loss", "error", LOSS, "give it log_target=True, or probabilities: target.softmax(dim=1)"),
    "loss.class_numbers": Rule(
        "loss", "error", LOSS, "use CrossEntropyLoss, which takes class numbers: F.cross_entropy(output, labels.long())"
    ),
    "loss.of_means": Rule(
        "loss", "error", LOSS, "take the mean over the samples' losses: ((output - target) ** 2).mean()"
    ),
    "loss.class_left_out": Rule(
        "loss", "warning", LOSS, "leave out ignore_index and give every class a weight above 0"
    ),
    "loss.mask_inverted": Rule("loss", "error", LOSS, "turn the mask round: mask = ~mask"),
    "loss.no_probabilities": Rule(
        "forward", "error", LOSS, "end in a softmax over the classes, or use CrossEntropyLoss on raw outputs"
    ),
    "loss.no_probability": Rule("forward", "error", LOSS, "end in a sigmoid, or use BCEWithLogitsLoss on raw outputs"),
    "loss.broadcast": Rule(
        "loss", "error", LOSS, "give outputs and targets the same shape, for example target.unsqueeze(1)"
    ),
    "loss.negative": Rule("loss", "error", LOSS, "check the loss's sign: training makes it smaller still"),
    "loss.nonfinite": Rule(
        "loss",
        "error",
        LOSS,
        "guard the loss against log(0), a division by 0 and an empty mean; prefer torch's own losses",
    ),
    "loss.diverging": Rule("loss", "error", LOSS, "lower the learning rate and check the loss's sign"),
    "loss.flat": Rule("loss", "warning", FLAT, "try another loss: the absolute error is flat at a constant guess"),
    # What has ended a script.
    "loss.shape": Rule("loss", "error", NONE, "print(outputs.shape, labels.shape) before the loss"),
    "loss.many_values": Rule("loss", "error", NONE, "loss = loss.mean()"),
    "loss.summed": Rule("loss", "error", LOSS, "take the mean over the batch: reduction='mean'"),
    "loss.penalty": Rule("loss", "error", LOSS, "multiply the penalty by a smaller factor, 1e-4 to begin with"),
    "loss.scaled_down": Rule(
        "loss", "warning", LOSS, "divide the loss once at most: by the number of batches that are accumulated"
    ),
}
