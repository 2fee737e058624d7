"""The benchmark's tables, as Markdown."""

import numpy as np
import pandas as pd

_COLUMN = ["data", "variant", "fault", "training"]
_WORTH = ("RAUC", "PoBL@5%", "PoBL@10%")


def print_tables(table: pd.DataFrame) -> None:
    """Quality beside the peers, then everything else that the scorer says."""
    ours = table[table["ranking"] == "default"]
    if ours["faults"].any():
        print("\n## RAUC / PoBL@5% / PoBL@10%, mean over seeds (+- spread)\n")
        print(quality_table(table[table["case"].isin(ours.loc[ours["faults"] > 0, "case"])]))
    print("\n## Calibration, count, kinds, verdicts: mean over seeds\n")
    print(answers_table(ours))


def quality_table(table: pd.DataFrame) -> str:
    """A row a column of the benchmark: the scorer, the best peer of each metric, the loss, and the distance."""
    lines = [
        "| data | fault | training | seeds | default | best peer of each | which | loss | RAUC | PoBL@5% |",
        "|---" * 10 + "|",
    ]
    for (data, variant, fault, training), group in table.groupby(_COLUMN, sort=False):
        means = group.groupby("ranking")[list(_WORTH)].mean()
        spread = group[group["ranking"] == "default"][list(_WORTH)].std(ddof=1).fillna(0)
        peers = means.drop(index="default")
        best, which = peers.max(), peers.idxmax()
        ours = means.loc["default"]
        cells = [
            f"{data} {variant}".strip(),
            fault,
            training,
            str(group["seed"].nunique()),
            " / ".join(f"{ours[name]:.3f}" for name in _WORTH)
            + f" (+- {spread['RAUC']:.3f} / {spread['PoBL@5%']:.3f})",
            " / ".join(f"{best[name]:.3f}" for name in _WORTH),
            ", ".join(dict.fromkeys([which["RAUC"], which["PoBL@5%"]])),
            " / ".join(f"{means.loc['loss', name]:.3f}" for name in _WORTH),
            f"{ours['RAUC'] - best['RAUC']:+.3f}",
            f"{ours['PoBL@5%'] - best['PoBL@5%']:+.3f}",
        ]
        lines.append("| " + " | ".join(cells) + " |")
    return "\n".join(lines)


def answers_table(ours: pd.DataFrame) -> str:
    """Calibration, counts, kinds and suggestions, and the change that verdicts make."""
    lines = [
        "| data | fault | training | ECE | faults | estimated (low to high) | foreign: called, right, planted "
        "| kind right | suggestion right "
        "| PoBL@5%, @10% with verdicts | change | left, estimated |",
        "|---" * 12 + "|",
    ]
    for (data, variant, fault, training), group in ours.groupby(_COLUMN, sort=False):
        mean = group.mean(numeric_only=True)
        cells = [
            f"{data} {variant}".strip(),
            fault,
            training,
            _shown(mean, "ECE", ".3f"),
            f"{mean['faults']:.0f}",
            f"{mean['estimated']:.0f} ({mean['low']:.0f} to {mean['high']:.0f})",
            ", ".join(_shown(mean, name, ".0f") for name in ("called foreign", "of them foreign", "foreign")),
            _shown(mean, "kind right", ".2f"),
            _shown(mean, "suggestion right", ".2f"),
            ", ".join(_shown(mean, f"{name} with verdicts", ".3f") for name in _WORTH[1:]),
            ", ".join(_change(mean, name) for name in _WORTH[1:]),
            f"{_shown(mean, 'left', '.0f')}, {_shown(mean, 'left, estimated', '.0f')}",
        ]
        lines.append("| " + " | ".join(cells) + " |")
    return "\n".join(lines)


def _shown(mean: pd.Series, name: str, form: str) -> str:
    value = mean.get(name, np.nan)
    return "" if np.isnan(value) else format(value, form)


def _change(mean: pd.Series, name: str) -> str:
    change = mean.get(f"{name} with verdicts", np.nan) - mean.get(name, np.nan)
    return "" if np.isnan(change) else f"{change:+.3f}"
