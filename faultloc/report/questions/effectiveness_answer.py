"""Question 1: do our rankings find the faults earlier than the baselines?"""

from collections.abc import Sequence

import numpy as np
import pandas as pd

from faultloc.evaluation.effectiveness import compare_rankings, count_outcomes, summarize_repetitions
from faultloc.evaluation.significance import LOSS, TIE, TOO_FEW, WIN
from faultloc.evaluation.sweep_results import SweepResults
from faultloc.report.dfaulo.rankings import RANKINGS
from faultloc.report.questions.answer import Answer
from faultloc.report.questions.spread import Spread, metric_cells
from faultloc.report.shared.comparison import Cell
from faultloc.report.shared.metric_headings import metric_heading
from faultloc.report.shared.printed_table import PrintedRow, PrintedTable


def answer_effectiveness(results: SweepResults, metrics: Sequence[str], shown: Sequence[str]) -> Answer:
    """DFauLo's rankings beside every baseline by all ``metrics``, of which ``shown`` are printed."""
    ours = [name for name in RANKINGS.titles if name in RANKINGS.main and name in results.rankings]
    baselines = [name for name in RANKINGS.ordered(results.rankings) if name not in RANKINGS.main]
    notes = _notes(results, [*ours, *baselines])
    if not ours:
        notes.append(f"There is no ranking of DFauLo ({', '.join(RANKINGS.main)}) to compare with the baselines.")
    if not baselines:
        notes.append("There is no baseline to compare with.")
    return _compared("effectiveness", "Effectiveness", results, ours, baselines, metrics, shown, notes)


def answer_ablation(results: SweepResults, metrics: Sequence[str], shown: Sequence[str]) -> Answer | None:
    """DFauLo with all mutants beside DFauLo with some of them; None where no ablation was run."""
    ablations = RANKINGS.ablations(results.rankings)
    if not ablations:
        return None
    ours = [RANKINGS.whole] if RANKINGS.whole in results.rankings else []
    notes = _notes(results, [*ours, *ablations])
    return _compared("ablation", "Ablation", results, ours, ablations, metrics, shown, notes)


def _compared(
    name: str,
    heading: str,
    results: SweepResults,
    ours: Sequence[str],
    others: Sequence[str],
    metrics: Sequence[str],
    shown: Sequence[str],
    notes: Sequence[str],
) -> Answer:
    means = summarize_repetitions(results, [*ours, *others], metrics)
    comparisons = compare_rankings(results, ours, others, metrics)
    tables = {"": means}
    if len(comparisons):
        tables |= {"_comparisons": comparisons, "_outcomes": count_outcomes(comparisons)}
        if (comparisons["outcome"] == TOO_FEW).any():
            notes = [
                *notes,
                "Where a difference could not reach p < 0.05 with so few seeds, it is neither W, T nor L: ?",
            ]
    printed = [_print_metric(heading, results, metric, ours, others, means, comparisons) for metric in shown]
    return Answer(name, heading, tables, printed, notes=notes)


def _print_metric(
    heading: str,
    results: SweepResults,
    metric: str,
    ours: Sequence[str],
    others: Sequence[str],
    means: pd.DataFrame,
    comparisons: pd.DataFrame,
) -> PrintedTable:
    rankings = [*ours, *others]
    of_metric = means[means["metric"] == metric].set_index(["case", "ranking"])[["mean", "sd"]]
    spread = {
        key: Spread(float(mean), float(sd))
        for key, (mean, sd) in zip(of_metric.index, of_metric.to_numpy(), strict=True)
    }
    rows = [PrintedRow(case, metric_cells([spread[case, name] for name in rankings], metric)) for case in results.cases]
    return PrintedTable(
        caption=f"{heading}: {describe_metric(metric)}; mean ± standard deviation over the seeds",
        corner="case",
        columns=[RANKINGS.title(name) for name in rankings],
        rows=rows,
        summary=[
            PrintedRow(
                "mean of all cases", metric_cells([_mean(spread, results.cases, name) for name in rankings], metric)
            ),
            *_outcome_rows(comparisons[comparisons["metric"] == metric], ours, others),
        ],
    )


def _mean(spread: dict[tuple[str, str], Spread], cases: Sequence[str], name: str) -> Spread:
    # Of other cases than its neighbours' a mean could not be compared.
    return Spread(float(np.mean([spread[case, name].mean for case in cases])))


def _outcome_rows(comparisons: pd.DataFrame, ours: Sequence[str], others: Sequence[str]) -> list[PrintedRow]:
    rows = []
    for mine in ours:
        outcomes = comparisons[comparisons["ours"] == mine].groupby("other")["outcome"].value_counts().to_dict()
        cells = [Cell("", False)] * len(ours)
        for other in others:
            counts = [outcomes.get((other, outcome), 0) for outcome in (WIN, TIE, LOSS)]
            unknown = outcomes.get((other, TOO_FEW), 0)
            text = "/".join(map(str, counts)) if sum(counts) or not unknown else ""
            cells.append(Cell(" ".join(filter(None, [text, f"{unknown}?" if unknown else ""])), False))
        rows.append(PrintedRow(f"W/T/L of {RANKINGS.title(mine)}", cells))
    return rows


def describe_metric(metric: str) -> str:
    """The metric in a caption: `faults found in 5 % of the list, in %`, `RAUC`, `EXAM avg, in %, less is better`."""
    heading = metric_heading(metric)
    if metric.startswith("pobl@"):
        return f"faults found {heading.title} of the list, in %"
    return (
        f"{heading.title}{', in %' if heading.is_share else ''}{'' if heading.higher_is_better else ', less is better'}"
    )


def _notes(results: SweepResults, rankings: Sequence[str]) -> list[str]:
    present = set(zip(results.rows["case"], results.rows["seed"], results.rows["ranking"], strict=True))
    jobs = list(dict.fromkeys(zip(results.rows["case"], results.rows["seed"], strict=True)))
    notes = []
    for name in rankings:
        absent = sum((*job, name) not in present for job in jobs)
        if absent:
            notes.append(f"{RANKINGS.title(name)} is absent in {absent} of {len(jobs)} jobs.")
    return notes
