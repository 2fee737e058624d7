"""The same metric along one setting, all others held."""

from collections.abc import Sequence

import pandas as pd

from faultloc.errors import ConfigError
from faultloc.evaluation.effectiveness import summarize_repetitions
from faultloc.evaluation.sweep_cases import SUBJECT
from faultloc.evaluation.sweep_results import SweepResults


def follow_setting(
    results: SweepResults, setting: str, rankings: Sequence[str], metrics: Sequence[str]
) -> pd.DataFrame:
    """A row per metric, ``rest``, ``value`` of ``setting`` and ranking: ``mean``, ``sd``, ``repetitions``.

    ``rest`` names what the other settings were held at; where they were, only one value was run is left out.

    Raises:
        ConfigError: the setting is not in the results.
    """
    if setting not in results.settings:
        raise ConfigError(f"there is no setting {setting!r} in the results; expected of {', '.join(results.settings)}")
    others = [name for name in results.settings if name != setting]
    shown = [name for name in others if name in SUBJECT or results.rows[name].nunique() > 1]
    about = results.rows.drop_duplicates("case").set_index("case")
    held = about[shown].apply(
        lambda row: ", ".join(row[name] if name in SUBJECT else f"{name}={row[name]}" for name in shown) or "all jobs",
        axis=1,
    )
    means = summarize_repetitions(results, rankings, metrics)
    means = means.assign(rest=means["case"].map(held.to_dict()), value=means["case"].map(about[setting].to_dict()))
    values_of = means.groupby("rest", sort=False)["value"].transform("nunique")
    columns = ["metric", "rest", "value", "ranking", "mean", "sd", "repetitions"]
    return means.loc[values_of > 1, columns].reset_index(drop=True)
