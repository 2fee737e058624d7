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
    "model.batch_first": Rule(
        "forward",
        "error",
        NONE,
        "make the layer with batch_first=True if its input is (samples, steps, features), without if (steps, samples)",
    ),
    "model.one_sequence": Rule(
        "forward",
        "warning",
        NONE,
        "if each row is a sample of its own, give the layer x.unsqueeze(1), one step a sample, with batch_first=True",
    ),
    "model.reshaped_samples": Rule(
        "forward",
        "error",
        NONE,
        "move the samples to the front first: x.transpose(0, 1).reshape(samples, -1); view and reshape move no axis",
    ),
    "model.running_over_samples": Rule(
        "forward", "error", NONE, "sum along the axis of the features: steps.cumsum(1), not cumsum(0)"
    ),
    "model.softmax_over_samples": Rule(
        "forward", "error", FORWARD, "take the softmax over what is to be weighed: softmax(x, dim=1), or dim=-1"
    ),
    "model.mixes_samples": Rule(
        "forward",
        "warning",
        NONE,
        "check which axis is the batch's: batch_first=True, softmax(x, dim=...), x.view(...), x.transpose(...)",
    ),
    "model.reshaped_axes": Rule(
        "forward",
        "error",
        NONE,
        "exchange axes with transpose or permute, as in x.transpose(1, 2): view and reshape move no axis",
    ),
    "model.skipped_layer": Rule(
        "forward", "warning", NONE, "give the next layer this one's output, as in x = self.second(self.first(x))"
    ),
    "model.ignored_input": Rule(
        "forward", "warning", NONE, "give each argument to a layer, as in torch.cat([self.a(x1), self.b(x2)], dim=1)"
    ),
    "model.shared_layer": Rule(
        "forward", "warning", NONE, "make each anew: nn.ModuleList([make_layer() for _ in range(4)])"
    ),
    "model.hidden_softmax": Rule(
        "forward", "warning", NONE, "use nn.ReLU() between layers, and a softmax for probabilities alone"
    ),
    "model.output_dropout": Rule(
        "forward", "warning", NONE, "leave out the nn.Dropout(...) behind the last layer, or move it before that layer"
    ),
    "model.padded_state": Rule(
        "forward",
        "warning",
        NONE,
        "pack_padded_sequence(x, lengths, ...) before it, or take each one's last real step: out[i, lengths - 1]",
    ),
    "forward.constant": Rule(
        "forward",
        "error",
        FORWARD,
        "print(x.std(0)) there: a layer is given the wrong tensor, or x is multiplied by 0 or less itself",
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
    "model.sees_future": Rule(
        "forward",
        "error",
        NONE,
        "hide later steps: mask=nn.Transformer.generate_square_subsequent_mask(steps); no bidirectional=True",
    ),
    "model.still_statistics": Rule(
        "forward",
        "error",
        NONE,
        "let the running statistics follow: nn.BatchNorm2d(channels), whose momentum is 0.1 (in Keras, 0.9)",
    ),
    "model.ignored_steps": Rule(
        "forward",
        "warning",
        NONE,
        "look at which end is cut off or read: a causal convolution keeps the first ones, x.narrow(-1, 0, steps)",
    ),
    "model.own_messages": Rule(
        "forward", "warning", NONE, "add messages up at the other end: out.index_add_(0, targets, x[sources])"
    ),
    "model.behind": Rule(
        "forward",
        "warning",
        FLAT,
        "train on one batch of 32 again and again: if the loss stays, look at forward(), else at what changes between",
    ),
    "model.not_evaluating": Rule(
        "forward", "warning", NONE, "call model.eval() before it, and model.train() afterwards"
    ),
    "model.still_target": Rule(
        "update",
        "warning",
        NONE,
        "let it follow now and then, target_net.load_state_dict(net.state_dict()), and load what was averaged into it",
    ),
    "model.flat_derivative": Rule(
        "forward", "error", NONE, "use smooth activations, nn.Tanh() or nn.SiLU(), where a second derivative is taken"
    ),
    "forward.collapsed": Rule(
        "forward",
        "warning",
        NONE,
        "push different samples apart too, with negatives, or z.detach() on one side and a predictor",
    ),
    "model.place_in_batch": Rule(
        "forward",
        "error",
        NONE,
        "count positions over the steps: x + self.positions[: x.size(1)] for (samples, steps, features)",
    ),
    "model.mask_inverted": Rule(
        "forward",
        "error",
        NONE,
        "turn the mask round, as it holds what is hidden: src_key_padding_mask=(tokens == pad)",
    ),
    "model.order_blind": Rule(
        "forward", "warning", NONE, "add positions to what attention is given: x = x + self.positions[: x.size(1)]"
    ),
    "weights.not_loaded": Rule(
        "forward",
        "error",
        NONE,
        "make the names agree: state = {k.removeprefix('module.'): v for k, v in state.items()}, and leave out strict",
    ),
}
