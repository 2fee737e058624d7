"""The answers as text: aligned tables for a terminal or a file."""

from collections.abc import Sequence

from faultloc.methods.idc.questions.diversity import Order
from faultloc.methods.idc.questions.impartiality import CorrelationRow
from faultloc.methods.idc.questions.overhead import Overhead
from faultloc.methods.idc.questions.pruning import PruningRow
from faultloc.methods.idc.questions.sensitivity import Sensitivity, summary_of
from faultloc.methods.idc.questions.tables import as_table, as_text


def print_pruning(rows: Sequence[PruningRow]) -> str:
    """Drops beside both controls, in percentage points of accuracy."""
    columns = {"ranking": "ranking", "layer": "of layer", "count": "units", "drop": "drop"}
    for control in ("random", "matched"):
        columns |= {f"{control}_{part}": f"{control} {part}" for part in ("mean", "low", "high")}
    columns |= {"by_layer": "where the units are"}
    percent = [name for name in columns if name.startswith(("drop", "random", "matched"))]
    return "Accuracy lost by pruning, in percentage points\n\n" + as_text(as_table(rows), columns, percent=percent)


def print_diversity(orders: Sequence[Order]) -> str:
    """Mean coverage of the five suites in percent, and a sentence on what may be claimed of each selection."""
    columns = {"criterion": "combinations of", "original": "U_O", "important": "U_I", "random": "U_R"}
    columns |= {"with_important": "U_IO", "with_random": "U_RO"}
    columns |= {"gain_mean": "U_IO - U_RO", "gain_low": "from", "gain_high": "to"}
    percent = list(columns)[1:]
    columns |= {"above": "U_IO above", "below": "below"}
    said = "\n".join(order.sentence for order in orders)
    return f"Combinations covered, %\n\n{as_text(as_table(orders), columns, percent=percent)}\n{said}\n"


def print_sensitivity(found: Sensitivity) -> str:
    """What the attacks asked for and got, and the change of each criterion in percentage points."""
    columns = {"criterion": "criterion", "attack": "attack", "size": "samples", "share": "share"}
    columns |= {"requested": "requested", "obtained": "obtained"}
    columns |= {"change_mean": "change, points", "change_low": "from", "change_high": "to"}
    columns |= {"ncov": "NCov", "relative": "relative"}
    percent = [name for name in columns if name.startswith("change")]
    attacks = as_text(as_table(found.attacks), {name: name for name in ("attack", "repetition", *_ASKED)})
    summary = as_text(as_table(summary_of(found.rows)), columns, percent=percent)
    return f"Images attacked, and those that fool the network\n\n{attacks}\nChange of coverage\n\n{summary}"


def print_correlations(rows: Sequence[CorrelationRow]) -> str:
    """How each criterion goes with evenness; a dash where one of both is the same for all suites."""
    columns = {"criterion": "criterion", "size": "samples", "suites": "suites", "found_suites": "n"}
    columns |= {"found_pearson": "Pearson", "found_low": "from", "found_high": "to", "found_spearman": "Spearman"}
    return "Correlation of coverage with the evenness of answers\n\n" + as_text(as_table(rows), columns)


def print_overhead(rows: Sequence[Overhead]) -> str:
    """Seconds and samples a second, in batches and one by one."""
    columns = {"criterion": "criterion", "built": "built of", "build_seconds": "in seconds", "samples": "samples"}
    columns |= {"run_seconds": "in batches, s", "alone_seconds": "one by one, s"}
    columns |= {"samples_per_second": "samples/s", "alone_per_second": "one by one/s"}
    return as_text(as_table(rows), columns)


_ASKED = ("requested", "obtained")
