"""The tree of a layer, and what its cuts are judged by."""

from dataclasses import dataclass

import numpy as np
from jaxtyping import Float, Shaped

from faultloc.methods.hudd.distances import pairwise_distances, scaled_profiles
from faultloc.methods.hudd.form import fit_form
from faultloc.methods.hudd.settings import LinkageSettings
from faultloc.methods.hudd.spread import spread_of_cuts
from faultloc.methods.hudd.tree import LARGEST_WITH_DISTANCES, Tree, grow_tree


@dataclass(frozen=True)
class Grown:
    """The tree of a layer, and how far apart the members of its clusters are at its cuts into 2, 3, ...

    ``spread`` is by the distances that the tree grew on, ``raw_spread`` by those of the evidence; both None where there
    are too many errors for all distances.
    """

    tree: Tree
    spread: Float[np.ndarray, "cut"] | None
    raw_spread: Float[np.ndarray, "cut"] | None


def grow(evidence: Shaped[np.ndarray, "error ..."], settings: LinkageSettings) -> Grown:
    """The tree over the errors by one layer's evidence.

    Raises:
        ConfigError: a setting has no such value.
        DataError: there are too many errors for profiles.
    """
    vectors = fit_form(settings.form, evidence)(evidence)
    tree = grow_tree(vectors, settings.input)  # type: ignore[arg-type]  # which is checked there
    if len(vectors) > LARGEST_WITH_DISTANCES:
        return Grown(tree, None, None)
    distances = pairwise_distances(vectors)
    raw = spread_of_cuts(tree, distances)
    return Grown(tree, raw if settings.input == "direct" else spread_of_cuts(tree, scaled_profiles(distances)), raw)
