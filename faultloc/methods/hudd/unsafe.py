"""From evidence of improvement images to those that are unsafe."""

import numpy as np
from jaxtyping import Float, Int, Shaped

from faultloc.methods.hudd.assignment import UnsafeSet, assign_images
from faultloc.methods.hudd.cluster_distances import distances_to_clusters
from faultloc.methods.hudd.form import fit_form
from faultloc.methods.hudd.quotas import quotas_of
from faultloc.methods.hudd.settings import UnsafeSettings

_BATCH = 1024


def find_unsafe_images(
    of_images: Float[np.ndarray, "image ..."],
    of_errors: Float[np.ndarray, "error ..."],
    clusters: Int[np.ndarray, "error"],
    sample_ids: Shaped[np.ndarray, "image"],
    settings: UnsafeSettings,
    *,
    form: str,
    error_share: float | int,
) -> UnsafeSet:
    """The improvement images nearest to the clusters of errors, as many as the quotas say.

    ``of_images`` and ``of_errors`` are evidence on one scale (`comparable_evidence`), which the ``form`` of that
    name is fitted to; ``clusters`` are 0..k-1, or -1 for an outlier; ``error_share`` is 1 minus the test accuracy.

    Raises:
        ConfigError: there is no such quota or form, or a setting is out of its range.
        DataError: there are fewer images than the quotas ask for, or no cluster has two errors.
    """
    fitted = fit_form(form, of_errors)
    batches = (fitted(of_images[start : start + _BATCH]) for start in range(0, len(of_images), _BATCH))
    quotas = quotas_of(
        clusters,
        settings.quota,
        images=len(of_images),
        error_share=error_share,
        factor=settings.factor,
        least=settings.least,
    )
    return assign_images(distances_to_clusters(batches, fitted(of_errors), clusters), quotas, sample_ids)
