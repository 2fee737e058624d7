"""Question 4: is the model better once the data are cleaned?"""

import math

import pandas as pd

from faultloc.evaluation.retraining_effect import ACCURACIES, check_purified, effect_of_retraining
from faultloc.evaluation.sweep_results import SweepResults
from faultloc.report.questions.answer import Answer
from faultloc.report.questions.spread import Spread, spell_spread, spread_cells
from faultloc.report.shared.comparison import Cell
from faultloc.report.shared.printed_table import PrintedRow, PrintedTable


def answer_retraining(purified: pd.DataFrame | None, results: SweepResults) -> Answer:
    """The accuracies before, cleaned, and after as many steps uncleaned; a note where nothing was ``purified``."""
    heading = "Retraining"
    if purified is None:
        return Answer("retraining", heading, notes=["No accuracies of retraining were found: its effect is not known."])
    accuracies, notes = check_purified(purified, results)
    if accuracies.empty:
        return Answer("retraining", heading, notes=[*notes, "No job has an accuracy on test samples."])
    effect = effect_of_retraining(accuracies)
    return Answer("retraining", heading, {"": effect, "_jobs": accuracies}, [_print_effect(effect)], notes=notes)


def _print_effect(effect: pd.DataFrame) -> PrintedTable:
    rows = []
    for entry in effect.to_dict("records"):
        spreads = [Spread(float(entry[f"{name}_mean"]), float(entry[f"{name}_sd"])) for name in ACCURACIES]
        gain = spell_spread(Spread(float(entry["gain"]), float(entry["gain_sd"])), is_share=True)
        p = float(entry["p"])
        rows.append(
            PrintedRow(
                str(entry["case"]),
                [
                    *spread_cells(spreads, is_share=True),
                    Cell(_signed(float(entry["change"])), False),
                    Cell(gain if gain.startswith("-") else f"+{gain}", False),
                    Cell(_spell_p(p), False),
                    Cell(str(entry["pairs"]), False),
                ],
            )
        )
    columns = ["before", "cleaned", "uncleaned, as long", "cleaned − before", "cleaned − uncleaned", "p", "jobs"]
    caption = (
        "Accuracy on the test samples in %, before and after training on; mean ± standard deviation over the jobs, p "
        "of the paired signed-rank test of cleaned against uncleaned, from six pairs on"
    )
    return PrintedTable(caption, "case", columns, rows)


def _spell_p(p: float) -> str:
    if math.isnan(p):
        return "too few"
    return f"{p:.3f}" if p >= 0.0005 else "<0.001"


def _signed(share: float) -> str:
    return f"{100 * share:+.1f}"
