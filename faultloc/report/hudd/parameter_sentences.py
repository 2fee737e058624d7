"""What the known parameters of the errors say of the clusters, in words."""

import numpy as np

from faultloc.evaluation.parameter_study import ParameterStudy
from faultloc.evaluation.variance_reduction import HIGH
from faultloc.report.shared.metric_headings import percent


def describe_parameters(study: ParameterStudy) -> list[str]:
    """The figures of the ``study``, each beside chance; none where nothing can be said."""
    said, figures, permuted = [], study.figures, study.permuted
    if not np.isnan(figures.share_high):
        said.append(
            f"In {percent(figures.share_high)} of the clusters some parameter varies less than {HIGH:g} times as among "
            f"all errors; in clusters of the same sizes by chance in {percent(permuted.share_high)}. The largest "
            f"reduction of a cluster is {figures.mean_best:.2f} in the mean, by chance {permuted.mean_best:.2f}."
        )
    if not np.isnan(study.share_unsafe):
        chance = study.share_unsafe_permuted
        by_chance = "chance gives no such cluster" if np.isnan(chance) else f"by chance {percent(chance)}"
        alike = study.unsafe["cluster"].nunique()
        of = f"Of the {alike} clusters that are" if alike > 1 else "Of the one cluster that is"
        said.append(
            f"{of} alike in a parameter with unsafe values {percent(study.share_unsafe)} lie at one; {by_chance}."
        )
    return said
