"""Rules about the contract between a model's output, its loss and the targets."""

from faultloc.methods.deep_localize.catalogue.paper_labels import FLAT, FORWARD, LOSS, NONE
from faultloc.methods.deep_localize.catalogue.rule import Rule

RULES: dict[str, Rule] = {
    "output.one_unit_softmax": Rule(
        "forward",
        "error",
        FORWARD,
        "for one probability use nn.Sigmoid() in its place; for a number to be predicted, no activation",
    ),
    "output.softmax_axis": Rule("forward", "error", FORWARD, "take the softmax over the classes: nn.Softmax(dim=-1)"),
    "output.range": Rule(
        "forward",
        "error",
        LOSS,
        "change the last activation (none at all reaches every number), or scale the targets into what it can reach",
    ),
    "loss.double_softmax": Rule(
        "forward",
        "error",
        LOSS,
        "remove the last activation: nn.CrossEntropyLoss() takes raw outputs (logits) and has the softmax in it",
    ),
    "loss.double_sigmoid": Rule(
        "forward",
        "error",
        LOSS,
        "remove the last activation: nn.BCEWithLogitsLoss() takes raw outputs (logits) and has the sigmoid in it",
    ),
    "loss.activation": Rule(
        "forward", "error", LOSS, "remove the last activation: this loss takes raw outputs (logits), of either sign"
    ),
    "loss.log_rate": Rule(
        "loss", "warning", LOSS, "use nn.PoissonNLLLoss(log_input=False), or leave out the last activation"
    ),
    "loss.no_log_softmax": Rule(
        "forward",
        "error",
        LOSS,
        "use criterion = nn.CrossEntropyLoss() on raw outputs (logits), or end the model in nn.LogSoftmax(dim=1)",
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
        "loss",
        "warning",
        LOSS,
        "leave out ignore_index=..., and give every class a weight above 0: weight=torch.ones(classes)",
    ),
    "loss.mask_inverted": Rule("loss", "error", LOSS, "turn the mask round: mask = ~mask"),
    "loss.no_probabilities": Rule(
        "forward",
        "error",
        LOSS,
        "end the model in nn.Softmax(dim=1), or use criterion = nn.CrossEntropyLoss() on raw outputs (logits)",
    ),
    "loss.no_probability": Rule(
        "forward",
        "error",
        LOSS,
        "end the model in nn.Sigmoid(), or use criterion = nn.BCEWithLogitsLoss() on raw outputs (logits)",
    ),
    "loss.broadcast": Rule(
        "loss",
        "error",
        LOSS,
        "give outputs and targets the same shape: targets = targets.view_as(outputs), or targets.unsqueeze(1)",
    ),
    "loss.masked_scores": Rule(
        "loss",
        "warning",
        NONE,
        "mask what comes out: torch.sigmoid(scores) * mask; before a softmax: scores.masked_fill(mask == 0, -1e9)",
    ),
    "loss.mixture_axis": Rule(
        "loss", "error", NONE, "take both over the axis of the parts: torch.logsumexp(F.log_softmax(w, -1) + parts, -1)"
    ),
    "loss.past_the_end": Rule(
        "loss", "warning", NONE, "leave it out where an episode ends: target = reward + gamma * (1 - done) * next_value"
    ),
    "loss.same_view": Rule(
        "loss", "error", NONE, "give the second call the other view of each sample: z1, z2 = model(view1), model(view2)"
    ),
    "loss.summed_products": Rule("loss", "warning", NONE, "compare row by row: scores = (users * items).sum(1)"),
    "loss.negative": Rule(
        "loss",
        "error",
        LOSS,
        "check the loss's sign: as it is, training makes it smaller still, and what it measures larger",
    ),
    "loss.nonfinite": Rule(
        "loss",
        "error",
        LOSS,
        "guard the loss: torch.log(x + 1e-8), no division by 0, no mean of nothing; prefer torch's own losses",
    ),
    "loss.diverging": Rule(
        "loss", "error", LOSS, "lower the learning rate, ten times to begin with, and check the loss's sign"
    ),
    "loss.growing": Rule(
        "loss",
        "warning",
        LOSS,
        "where it is to become small, check its sign and lower the learning rate: lr=0.1 * lr; a policy's may grow",
    ),
    "loss.still": Rule(
        "loss",
        "warning",
        FLAT,
        "hold it against answers that are right: criterion(right_answers, targets) has to be far lower than this",
    ),
    "loss.flat": Rule(
        "loss",
        "warning",
        FLAT,
        "try another loss, such as nn.MSELoss(): the absolute error is flat at a constant guess",
    ),
    # What has ended a script.
    "loss.shape": Rule("loss", "error", NONE, "print(outputs.shape, labels.shape) before the loss"),
    "loss.many_values": Rule("loss", "error", NONE, "loss = loss.mean()"),
    "loss.summed": Rule("loss", "error", LOSS, "take the mean over the batch: reduction='mean'"),
    "loss.penalty": Rule(
        "loss", "error", LOSS, "multiply the penalty by a smaller factor: loss = loss + 1e-4 * penalty, to begin with"
    ),
    "loss.mixed_reductions": Rule(
        "loss", "warning", LOSS, "add up both: F.mse_loss(output, x, reduction='sum') + kl.sum(), over the batch's size"
    ),
    "loss.scaled_down": Rule(
        "loss", "warning", LOSS, "divide the loss once at most: loss = loss / accumulated_batches"
    ),
    "loss.class_weights": Rule(
        "loss", "warning", LOSS, "weigh by the inverse of how common a class is: weight=total / (classes * counts)"
    ),
    "loss.attached_target": Rule(
        "loss", "warning", NONE, "compute targets under with torch.no_grad():, or take targets.detach()"
    ),
    "loss.attached_advantage": Rule(
        "loss", "error", NONE, "detach it in the policy's loss: advantage = (returns - values).detach()"
    ),
    "loss.attached_ratio": Rule(
        "loss", "error", NONE, "keep the old ones as numbers: old_log_probs = log_probs.detach(), before the updates"
    ),
    "loss.policy_sign": Rule("loss", "warning", NONE, "turn it round: policy_loss = -(log_probs * advantage).mean()"),
    "loss.same_goal": Rule(
        "loss", "error", NONE, "give the maker the opposite goal: criterion(D(fake), real_labels), or -D(fake).mean()"
    ),
    "loss.narrow_scores": Rule("loss", "error", LOSS, "divide by the temperature: scores = a @ b.T / temperature"),
    "loss.not_normalised": Rule("loss", "warning", LOSS, "bring embeddings to length 1 first: F.normalize(z, dim=1)"),
    "loss.pushes_alike": Rule(
        "loss", "error", LOSS, "turn the sign round: loss = -similarity.mean(), or 1 - similarity"
    ),
    "loss.endless": Rule(
        "loss", "error", LOSS, "look at the sign of each term: kl = -0.5 * (1 + logvar - mu**2 - logvar.exp()).sum()"
    ),
    "loss.volume_sign": Rule(
        "loss", "error", LOSS, "add the log-determinant: loss = -(prior.log_prob(z) + log_det).mean()"
    ),
    "loss.exchanged_shares": Rule(
        "loss", "warning", LOSS, "give each label its own share: lam * loss(out, y) + (1 - lam) * loss(out, y[order])"
    ),
    "loss.away_from_targets": Rule(
        "loss", "error", LOSS, "turn the sign round: loss = 1 - dice, 1 - similarity.mean(), or -log_probs.mean()"
    ),
    "loss.constant_penalty": Rule(
        "loss", "error", LOSS, "let the gradient have a history: torch.autograd.grad(out, x, ones, create_graph=True)"
    ),
    "loss.cosine_axis": Rule(
        "loss", "warning", LOSS, "take it over the features: F.cosine_similarity(output, target, dim=1)"
    ),
    "loss.nothing": Rule(
        "loss",
        "warning",
        LOSS,
        "look at what the loss compares: F.mse_loss(output, target), not output with output",
    ),
    "loss.own_column": Rule(
        "loss",
        "error",
        LOSS,
        "leave out the diagonal: scores = scores.masked_fill(torch.eye(n).bool(), -1e9)",
    ),
    "loss.policy_clip": Rule(
        "loss", "error", LOSS, "take the smaller: -torch.min(ratio * adv, ratio.clamp(1 - eps, 1 + eps) * adv).mean()"
    ),
}
