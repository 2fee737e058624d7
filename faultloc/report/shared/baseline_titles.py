"""What people call the baselines that rank samples, in the order in which they are listed."""

BASELINE_TITLES = {
    "loss": "cross-entropy loss",
    "squared_error": "squared error",
    "margin": "logit margin",
    "self_confidence": "self-confidence",
    "max_probability": "max. softmax probability",
    "deep_gini": "DeepGini",
    "entropy": "entropy",
    "aum": "AUM (area under the margin)",
    "neighbour_votes": "neighbours' votes, features",
    "simifeat": "SimiFeat votes, softmax",
    "mc_dropout": "MC dropout, variance",
    "deep_state": "DeepState change rate",
    "ncnv": "NCNV",
    "isolation_inputs": "isolation forest, inputs",
    "isolation_features": "isolation forest, features",
    "random": "random",
    "cleanlab_find_label_issues": "cleanlab find_label_issues",
    "cleanlab_self_confidence": "cleanlab self-confidence",
    "cleanlab_normalized_margin": "cleanlab normalized margin",
    "cleanlab_confidence_weighted_entropy": "cleanlab weighted entropy",
    # On cross-validated probabilities.
    "cv_cleanlab_find_label_issues": "cleanlab CV find_label_issues",
    "cv_cleanlab_self_confidence": "cleanlab CV self-confidence",
    "cv_cleanlab_normalized_margin": "cleanlab CV normalized margin",
    "cv_cleanlab_confidence_weighted_entropy": "cleanlab CV weighted entropy",
}
