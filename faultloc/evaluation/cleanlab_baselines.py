"""cleanlab's rankings, from the real package.

Differs: cleanlab wants probabilities from cross-validation; these are the subject's own on its training samples, as in
the baselines of DFauLo's authors. It is the fair comparison at equal cost, and below what cleanlab can do.
"""

import contextlib
import io
import warnings
from collections.abc import Iterator

import numpy as np
from jaxtyping import Float, Int

from faultloc.errors import DataError, MissingPackageError

QUALITY_METHODS = ("self_confidence", "normalized_margin", "confidence_weighted_entropy")


def label_quality(
    probabilities: Float[np.ndarray, "sample class"], labels: Int[np.ndarray, "sample"], method: str
) -> Float[np.ndarray, "sample"]:
    """Minus cleanlab's label quality; in [-1, 0], higher is worse. ``method`` is one of ``QUALITY_METHODS``."""
    with _cleanlab():
        from cleanlab.rank import get_label_quality_scores

        quality = get_label_quality_scores(labels, probabilities.astype(np.float64), method=method)
    return -quality


def find_label_issues(
    probabilities: Float[np.ndarray, "sample class"], labels: Int[np.ndarray, "sample"]
) -> Float[np.ndarray, "sample"]:
    """The samples that cleanlab flags, least confident first, then all others likewise; a whole number, higher = worse.

    Source: Northcutt et al., "Confident Learning: Estimating Uncertainty in Dataset Labels", JAIR 2021; the package's
    default filter. Equal samples keep equal suspiciousness.
    """
    if len(np.unique(labels)) < 2:
        raise DataError("all samples have the same label; cleanlab's find_label_issues needs two classes")
    with _cleanlab():
        from cleanlab.filter import find_label_issues as flag

        # One job: worker processes would gain little and their number would depend on the machine.
        flagged = flag(labels, probabilities.astype(np.float64), n_jobs=1)
    quality = -label_quality(probabilities, labels, "self_confidence")
    levels, level = np.unique(quality, return_inverse=True)  # level 0 is the lowest quality
    return np.where(flagged, len(levels), 0.0) - level


def cleanlab_suspiciousness(
    probabilities: Float[np.ndarray, "sample class"], labels: Int[np.ndarray, "sample"]
) -> dict[str, Float[np.ndarray, "sample"]]:
    """Every baseline of this file by name.

    Raises:
        MissingPackageError: cleanlab is not installed.
    """
    qualities = {f"cleanlab_{method}": label_quality(probabilities, labels, method) for method in QUALITY_METHODS}
    return {**qualities, "cleanlab_find_label_issues": find_label_issues(probabilities, labels)}


def require_cleanlab() -> None:
    """Raises MissingPackageError where cleanlab is not installed: before trainings that would be in vain."""
    try:
        import cleanlab  # noqa: F401
    except ModuleNotFoundError as error:
        if error.name != "cleanlab":
            raise
        raise MissingPackageError("cleanlab", "the cleanlab baseline", "cleanlab") from None


@contextlib.contextmanager
def _cleanlab() -> Iterator[None]:
    """Quiet inside: cleanlab prints advice and warns about small classes; errors come through."""
    require_cleanlab()
    with warnings.catch_warnings(), contextlib.redirect_stdout(io.StringIO()):
        warnings.simplefilter("ignore")
        yield
