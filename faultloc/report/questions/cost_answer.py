"""Question 3: what does each stage cost?"""

import pandas as pd

from faultloc.evaluation.stage_cost import check_times, cost_by_stage
from faultloc.evaluation.sweep_results import SweepResults
from faultloc.report.questions.answer import Answer
from faultloc.report.questions.question_figures import cost_figure
from faultloc.report.shared.comparison import Cell
from faultloc.report.shared.printed_table import PrintedRow, PrintedTable

# The order of the graph; stages of other names come after them.
STAGES = (
    *("gendata", "train", "outlier", "activation", "preloss", "mutation", "suffix", "dfaulo"),
    *("peers", "evaluate", "report", "purify"),
)


def answer_cost(times: pd.DataFrame | None, results: SweepResults) -> Answer:
    """Seconds by case and stage; a note where there are no ``times``."""
    heading = "Cost"
    if times is None:
        return Answer("cost", heading, notes=["No times of the stages were found: the cost is not known."])
    cost, notes = cost_by_stage(check_times(times), results)
    if cost.empty:
        return Answer("cost", heading, notes=notes or ["No time is known."])
    present = dict.fromkeys(cost["stage"])
    stages = [*(stage for stage in STAGES if stage in present), *(stage for stage in present if stage not in STAGES)]
    known = set(cost["case"])
    seconds = cost.pivot(index="case", columns="stage", values="seconds").reindex(
        index=[case for case in dict.fromkeys([*results.cases, *cost["case"]]) if case in known], columns=stages
    )
    return Answer(
        "cost",
        heading,
        {"": cost},
        [_print_cost(seconds)],
        {f".{kind}": content for kind, content in cost_figure(seconds).items()},
        notes,
    )


def _print_cost(seconds: pd.DataFrame) -> PrintedTable:
    rows = [
        PrintedRow(
            str(case), [_seconds(value) for value in [*values, sum(value for value in values if value == value)]]
        )
        for case, values in zip(seconds.index, seconds.to_numpy().tolist(), strict=True)
    ]
    return PrintedTable("Mean seconds by stage over the jobs that ran it", "case", [*seconds.columns, "sum"], rows)


def _seconds(value: float) -> Cell:
    return Cell("–" if value != value else f"{value:.1f}", False)
