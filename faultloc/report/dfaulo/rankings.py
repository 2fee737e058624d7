"""DFauLo's rankings and those of its peers, as its pages show them."""

from faultloc.report.shared.baseline_titles import BASELINE_TITLES
from faultloc.report.shared.shown_rankings import ShownRankings
from faultloc.report.shared.theme import DARK, LIGHT, CurveStyle

# Of the baseline that the text names, where it is none of the usual ones.
STRONGEST = CurveStyle("#5a4fcf", "#a9a2ff", (5, 1.5, 1.5, 1.5))
RANKINGS = ShownRankings(
    main=("dfaulo_online", "dfaulo_offline"),
    titles={
        "dfaulo_offline": "DFauLo offline",
        "dfaulo_online": "DFauLo online (with feedback)",
        **BASELINE_TITLES,
    },
    prefix="dfaulo_",
    whole="dfaulo_offline",
    curves={
        "ideal": CurveStyle("#9aa3ab", "#76818b", (1.2, 1.6), 1.4),
        "random": CurveStyle("#9aa3ab", "#76818b", (5, 3), 1.2),
        "deep_gini": CurveStyle("#a9569a", "#dc93c9", (7, 2, 1.5, 2)),
        "cleanlab_find_label_issues": CurveStyle("#b58900", "#e8c547", (3, 1.5)),
        "loss": CurveStyle("#009e73", "#35c99c", (7, 2)),
        # The wide one below and the narrow one on it are seen both where they are one.
        "dfaulo_offline": CurveStyle("#d55e00", "#ff8f45", (), 4.8),
        "dfaulo_online": CurveStyle(LIGHT.accent, DARK.accent, (), 1.8),
    },
)
