"""Rules about the model: its structure, its weights, what its layers give."""

from faultloc.methods.deep_localize.catalogue.paper_labels import FLAT, FORWARD, NONE, WEIGHTS
from faultloc.methods.deep_localize.catalogue.rule import Rule

RULES: dict[str, Rule] = {
    "model.softmax_axis": Rule("forward", "warning", FORWARD, "name the axis that is to be weighed: softmax(dim=...)"),
    "model.mixes_samples": Rule(
        "forward",
        "error",
        NONE,
        "check which axis is the batch's: batch_first=True, softmax(dim=), view, transpose",
    ),
    "weights.constant": Rule(
        "forward", "error", WEIGHTS, "initialise with random weights, as the layer does by default"
    ),
    "model.few_values": Rule(
        "forward", "warning", NONE, "use larger batches, or GroupNorm or LayerNorm, which need none"
    ),
    "model.dropout": Rule(
        "forward", "warning", NONE, "lower the share that dropout takes away: .5 is much, .1 to .3 is usual"
    ),
    "model.evaluating": Rule(
        "forward", "warning", NONE, "call model.train() before training, and again after each evaluation"
    ),
    "forward.exploding": Rule(
        "forward", "error", FORWARD, "use smaller initial weights, normalisation, or fewer recurrent steps"
    ),
    "forward.nonfinite": Rule(
        "forward", "error", FORWARD, "guard what this layer divides by or takes the logarithm or the root of"
    ),
    "weights.nonfinite": Rule("update", "error", WEIGHTS, "start from sound weights, or load another checkpoint"),
    "weights.scale": Rule("forward", "warning", FORWARD, "use smaller initial weights, as the layer does by default"),
    "activation.dead": Rule(
        "forward", "error", FORWARD, "check this layer's bias and initial weights; LeakyReLU or GELU cannot die"
    ),
    "activation.saturated": Rule(
        "forward", "warning", FORWARD, "scale what goes in, use smaller initial weights, or another activation"
    ),
    "model.no_activation": Rule(
        "forward", "warning", FLAT, "put an activation between the two, without one they are a single linear layer"
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
