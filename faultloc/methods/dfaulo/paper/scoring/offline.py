"""The paper's offline suspiciousness: a logistic regression between real samples and artificial faults."""

from collections.abc import Sequence

import numpy as np
from jaxtyping import Bool, Float, Int
from sklearn.linear_model import LogisticRegression

from faultloc.methods.dfaulo.paper.layers import LAYERS
from faultloc.methods.dfaulo.paper.scoring.features import MutantEvidence, feature_vectors
from faultloc.methods.dfaulo.paper.scoring.seed_set import SeedSet
from faultloc.settings_check import check_number

# What the paper's ablation study leaves of the three layers.
ABLATIONS = (("input",), ("hidden",), ("output",), ("input", "hidden"), ("input", "output"), ("hidden", "output"))

# Samples whose features exist at a time: 64 Ki rows of 57 numbers are 15 MB.
ROWS_AT_ONCE = 65_536


def score_offline(
    evidence: MutantEvidence,
    seed_set: SeedSet,
    layers: Sequence[str] = LAYERS,
    *,
    inverse_regularisation: float,
) -> Float[np.ndarray, "sample"]:
    """Each sample's suspiciousness in [0, 1], higher is worse, before any verdict.

    Fewer ``layers`` give the paper's ablations.

    Source: Yin et al. 2023, section 3.3, as in the authors' code.
    Differs: the regression may run until it converges (theirs stops after 100 steps and hides the warning).
    """
    features = feature_vectors(seed_set.evidence, layers)
    regression = fit_regression(features, seed_set.is_faulty, inverse_regularisation)
    return apply_regression(regression, evidence, np.arange(len(evidence)), layers)


def score_ablations(
    evidence: MutantEvidence, seed_set: SeedSet, *, inverse_regularisation: float
) -> dict[str, Float[np.ndarray, "sample"]]:
    """The offline suspiciousness from each of ``ABLATIONS``, by names such as ``input+hidden``."""
    return {
        "+".join(layers): score_offline(evidence, seed_set, layers, inverse_regularisation=inverse_regularisation)
        for layers in ABLATIONS
    }


def fit_regression(
    features: Float[np.ndarray, "sample feature"], is_faulty: Bool[np.ndarray, "sample"], inverse_regularisation: float
) -> LogisticRegression:
    """A logistic regression with an L2 penalty, of unscaled features."""
    check_number("dfaulo.inverse_regularisation", inverse_regularisation, above=0)
    return LogisticRegression(C=inverse_regularisation, max_iter=1000).fit(features, is_faulty)


def apply_regression(
    regression: LogisticRegression,
    evidence: MutantEvidence,
    rows: Int[np.ndarray, "chosen"],
    layers: Sequence[str] = LAYERS,
) -> Float[np.ndarray, "chosen"]:
    """The probability of being faulty of the samples at ``rows``, computed in blocks."""
    return np.concatenate(
        [
            regression.predict_proba(feature_vectors(evidence.select(rows[start : start + ROWS_AT_ONCE]), layers))[:, 1]
            for start in range(0, len(rows), ROWS_AT_ONCE)
        ]
    )
