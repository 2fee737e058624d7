"""Question 2: how much do the settings matter?"""

from collections.abc import Sequence

import pandas as pd

from faultloc.evaluation.sensitivity import follow_setting
from faultloc.evaluation.sweep_cases import natural_order
from faultloc.evaluation.sweep_results import SweepResults
from faultloc.report.dfaulo.rankings import RANKINGS
from faultloc.report.questions.answer import Answer
from faultloc.report.questions.effectiveness_answer import describe_metric
from faultloc.report.questions.question_figures import sensitivity_figure
from faultloc.report.questions.spread import Spread, metric_cells
from faultloc.report.shared.printed_table import PrintedRow, PrintedTable


def answer_sensitivity(results: SweepResults, metrics: Sequence[str], shown: Sequence[str]) -> Answer:
    """DFauLo's rankings along every setting that varies, all others held; the first of ``shown`` is drawn too."""
    heading = "Sensitivity"
    rankings = [name for name in RANKINGS.main if name in results.rankings]
    if not results.varying:
        return Answer("sensitivity", heading, notes=["No setting beside data set, model, fault and seed was swept."])
    if not rankings:
        return Answer("sensitivity", heading, notes=["There is no ranking of DFauLo to follow along the settings."])
    tables: dict[str, pd.DataFrame] = {}
    figures: dict[str, bytes] = {}
    printed: list[PrintedTable] = []
    notes: list[str] = []
    for setting in results.varying:
        followed = follow_setting(results, setting, rankings, metrics)
        if followed.empty:
            notes.append(f"No two values of {setting} were run with all other settings the same.")
            continue
        tables[f"_{file_name(setting)}"] = followed
        printed += [_print_setting(followed[followed["metric"] == metric], setting, metric) for metric in shown]
        drawn = sensitivity_figure(followed[followed["metric"] == shown[0]], setting, shown[0])
        figures |= {f"_{file_name(setting)}.{kind}": content for kind, content in drawn.items()}
    return Answer("sensitivity", heading, tables, printed, figures, notes)


def file_name(setting: str) -> str:
    """``setting`` without what a file's name cannot hold."""
    return "".join(sign if sign.isalnum() or sign in "._-" else "-" for sign in setting)


def _print_setting(followed: pd.DataFrame, setting: str, metric: str) -> PrintedTable:
    values = sorted(dict.fromkeys(followed["value"]), key=natural_order)
    rows = []
    for (rest, ranking), group in followed.groupby(["rest", "ranking"], sort=False):
        found = {
            value: Spread(float(mean), float(sd))
            for value, mean, sd in zip(group["value"], group["mean"], group["sd"], strict=True)
        }
        cells = metric_cells([found.get(value, Spread(float("nan"))) for value in values], metric)
        rows.append(PrintedRow(f"{rest}: {RANKINGS.title(str(ranking))}", cells))
    caption = f"{setting}: {describe_metric(metric)}; mean ± standard deviation over the seeds"
    return PrintedTable(caption, "case and ranking", values, rows)
