"""Rules about what goes in: inputs, labels, targets."""

from faultloc.methods.deep_localize.catalogue.paper_labels import FLAT, FORWARD, LOSS, NONE
from faultloc.methods.deep_localize.catalogue.rule import Rule

RULES: dict[str, Rule] = {
    "input.nonfinite": Rule(
        "input",
        "error",
        FORWARD,
        "clean the data before training: drop those rows, or inputs = torch.nan_to_num(inputs)",
    ),
    "input.constant": Rule(
        "input", "warning", NONE, "look at what the loader gives, print(inputs[:3]): every sample is the same"
    ),
    "labels.single": Rule(
        "input",
        "error",
        NONE,
        "check how the labels are read, print(labels.unique()); do not scale or divide class labels",
    ),
    "labels.range": Rule(
        "input",
        "error",
        LOSS,
        "number two classes 0 and 1; for several classes use one output for each and criterion = nn.CrossEntropyLoss()",
    ),
    "labels.sorted": Rule("input", "warning", NONE, "shuffle the samples: DataLoader(..., shuffle=True)"),
    "input.scale": Rule(
        "input",
        "warning",
        NONE,
        "scale the inputs to about [-1, 1]: inputs = (inputs - inputs.mean(0)) / (inputs.std(0) + 1e-8)",
    ),
    "input.same_states": Rule(
        "input", "error", NONE, "store copies, memory.append((state.copy(), action, reward, next_state.copy(), done))"
    ),
    "input.edges": Rule(
        "input",
        "warning",
        NONE,
        "number them on before torch.cat(edges, 1): edges.append(edge + nodes_so_far), graph by graph",
    ),
    "input.offset": Rule(
        "input",
        "warning",
        NONE,
        "look whether they are scaled twice, then: inputs = (inputs - inputs.mean()) / inputs.std()",
    ),
    "target.scale": Rule(
        "input",
        "warning",
        NONE,
        "train on targets = (targets - targets.mean()) / targets.std(), and scale the predictions back",
    ),
    "labels.unrelated": Rule(
        "input",
        "warning",
        FLAT,
        "check that inputs and labels are in the same order and belong together: look at a few pairs",
    ),
    # What has ended a script.
    "input.type": Rule("input", "error", NONE, "inputs = inputs.float()"),
    "input.index": Rule("input", "error", NONE, "give the embedding a row for each index, and number from 0"),
    "input.device": Rule(
        "input", "error", NONE, "model.to(device) once, and inputs, labels = inputs.to(device), labels.to(device)"
    ),
    "labels.beyond_outputs": Rule("input", "error", NONE, "give the last layer one output for each class"),
    "labels.type": Rule("input", "error", NONE, "labels = labels.long() for classes, labels.float() for numbers"),
    "labels.wrong_partner": Rule(
        "loss",
        "error",
        NONE,
        "name the other view: (torch.arange(2 * n) + n) % (2 * n) for torch.cat([z1, z2]), i ^ 1 where they alternate",
    ),
    "labels.blank": Rule(
        "loss", "error", NONE, "name the blank's number, one that no label has: nn.CTCLoss(blank=len(labels))"
    ),
    "labels.changing": Rule(
        "input", "error", NONE, "shuffle inputs and labels together, with one permutation: order = torch.randperm(n)"
    ),
    "labels.majority": Rule(
        "input",
        "warning",
        FLAT,
        "weigh the classes in the loss, weight=..., or draw them evenly: WeightedRandomSampler",
    ),
    "input.column": Rule(
        "input", "warning", NONE, "scale each column to mean 0 and deviation 1: (x - x.mean(0)) / x.std(0)"
    ),
    "target.outliers": Rule(
        "input", "warning", NONE, "look at those targets; drop or clip them, or use nn.HuberLoss() if they are right"
    ),
    "input.sentinel": Rule(
        "input", "warning", NONE, "fill missing values with the column's mean: x[x == mark] = x[x != mark].mean()"
    ),
    "labels.changed_too": Rule(
        "input", "warning", NONE, "change a copy and leave the target as it was: damaged = corrupt(clean.clone())"
    ),
    "labels.not_signed": Rule("input", "error", LOSS, "give this loss the labels -1 and 1: labels = 2 * labels - 1"),
    "labels.smoothing": Rule(
        "input",
        "error",
        LOSS,
        "give the true class the large share: CrossEntropyLoss(label_smoothing=0.1), or 1 - smoothing in place of it",
    ),
    "labels.not_diagonal": Rule(
        "input", "error", LOSS, "the partner of sample i is in column i: targets = torch.arange(len(scores))"
    ),
    "labels.not_shifted": Rule(
        "input",
        "error",
        NONE,
        "take as targets what comes next: of each sequence x, inputs = x[:-1] and targets = x[1:]",
    ),
    "labels.shifted_twice": Rule(
        "input",
        "error",
        NONE,
        "give it the labels unshifted, labels=input_ids: language models of Hugging Face shift them themselves",
    ),
    "labels.pairs_exchanged": Rule(
        "input", "warning", NONE, "look at what 1 means in this loss, and turn the labels round: labels = 1 - labels"
    ),
    "input.evaluation_scale": Rule(
        "input",
        "warning",
        NONE,
        "scale test data with the training's own numbers: (test - train.mean(0)) / train.std(0)",
    ),
    "input.fading": Rule(
        "input", "warning", NONE, "change a copy of the sample: x = self.data[index].clone(), or x.copy() of an array"
    ),
    "input.few_drawn": Rule(
        "input", "error", NONE, "give the sampler one weight a sample: WeightedRandomSampler(class_weights[labels], n)"
    ),
    "labels.softmax_axis": Rule(
        "input", "error", LOSS, "take the targets' softmax over the classes: teacher_scores.softmax(dim=1)"
    ),
    "input.each_standardised": Rule(
        "input", "warning", FLAT, "scale all samples by the same numbers: x = (x - train.mean()) / train.std()"
    ),
    "input.turned_masks": Rule(
        "input", "error", NONE, "turn both alike: image, mask = image.flip(-1), mask.flip(-1), by one and the same draw"
    ),
    "input.unpaired": Rule(
        "input", "error", NONE, "draw both by one order: DataLoader(TensorDataset(first, second), shuffle=True)"
    ),
    "input.unknown_words": Rule(
        "input",
        "warning",
        NONE,
        "see which words are unknown, print(words[:3]): text.lower() for both text and vocabulary?",
    ),
    "input.same_batch": Rule(
        "input",
        "warning",
        NONE,
        "go through the loader, for x, y in loader:, in place of next(iter(loader)) at each step",
    ),
}
