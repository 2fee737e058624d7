"""Rules about the model: its structure, its weights, what its layers give."""

from faultloc.methods.deep_localize.catalogue.paper_labels import FLAT, FORWARD, NONE, WEIGHTS
from faultloc.methods.deep_localize.catalogue.rule import Rule

RULES: dict[str, Rule] = {
    "model.softmax_axis": Rule(
        "forward",
        "warning",
        FORWARD,
        "name the axis that is to be weighed: softmax(scores, dim=1), where axis 1 holds what is weighed",
    ),
    "model.mixes_samples": Rule(
        "forward",
        "error",
        NONE,
        "check which axis is the batch's: batch_first=True, softmax(dim=), view, transpose",
    ),
    "weights.constant": Rule(
        "forward",
        "error",
        WEIGHTS,
        "initialise with random weights, as layers do by default: leave out nn.init.constant_(...) or the like",
    ),
    "model.few_values": Rule(
        "forward",
        "warning",
        NONE,
        "use larger batches, DataLoader(..., batch_size=32); or nn.GroupNorm or nn.LayerNorm, which need none",
    ),
    "model.dropout": Rule(
        "forward",
        "warning",
        NONE,
        "let dropout take less away: nn.Dropout(0.1) to nn.Dropout(0.3) is usual, .5 is much",
    ),
    "model.evaluating": Rule(
        "forward", "warning", NONE, "call model.train() before training, and again after each evaluation"
    ),
    "forward.exploding": Rule(
        "forward",
        "error",
        FORWARD,
        "use smaller initial weights, nn.LayerNorm(...) between layers, or fewer recurrent steps",
    ),
    "forward.nonfinite": Rule(
        "forward",
        "error",
        FORWARD,
        "guard what this layer divides by or takes the logarithm or root of: torch.log(x + 1e-8), x / (y + 1e-8)",
    ),
    "weights.nonfinite": Rule(
        "update", "error", WEIGHTS, "start from sound weights: build the model anew, or load another checkpoint"
    ),
    "weights.scale": Rule(
        "forward",
        "warning",
        FORWARD,
        "use smaller initial weights, as layers do by default: leave out nn.init.normal_(...) or the like",
    ),
    "activation.dead": Rule(
        "forward",
        "error",
        FORWARD,
        "check this layer's bias and initial weights; nn.LeakyReLU() or nn.GELU() in its place cannot die",
    ),
    "activation.saturated": Rule(
        "forward",
        "warning",
        FORWARD,
        "scale what goes in, use smaller initial weights, or nn.ReLU() in place of sigmoid or tanh",
    ),
    "model.no_activation": Rule(
        "forward", "warning", FLAT, "put nn.ReLU() between the two layers: without one they are a single linear layer"
    ),
    # What has ended a script.
    "forward.shape": Rule("forward", "error", NONE, "print(x.shape) before this layer, and build it for that"),
    "model.one_sample": Rule(
        "forward", "error", NONE, "leave out a last batch of one: DataLoader(..., drop_last=True); or model.eval()"
    ),
    "model.no_gpu": Rule(
        "forward", "error", NONE, 'device = "cuda" if torch.cuda.is_available() else "cpu", and .to(device)'
    ),
}
