"""CPU seconds and memory against the number of samples, both axes logarithmic."""

import pandas as pd
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure

_STYLES = {"MNIST": ("o", "-"), "generated": ("s", "--")}
_PANELS = {
    "cpu_seconds": "CPU seconds",
    "anonymous": "peak anonymous memory, MB",
    "mapped": "peak memory-mapped files, MB",
}


def draw_scale(table: pd.DataFrame) -> Figure:
    """Three panels, a line a method and data set."""
    figure = Figure(figsize=(13, 4.6), layout="constrained")
    FigureCanvasAgg(figure)
    methods = list(dict.fromkeys(table["method"]))
    for axes, (column, title) in zip(figure.subplots(1, len(_PANELS)), _PANELS.items(), strict=True):
        for (data, method), group in table.groupby(["data", "method"], sort=False):
            shown = group[group[column] > 0].sort_values("samples")
            marker, line = _STYLES[str(data)]
            colour = f"C{methods.index(str(method))}"
            axes.plot(shown["samples"], shown[column], marker=marker, linestyle=line, color=colour, markersize=5)
        axes.set(xscale="log", yscale="log", xlabel="samples", title=title)
        axes.grid(alpha=0.3)
    handles = [figure.axes[0].plot([], [], color=f"C{place}")[0] for place, _ in enumerate(methods)]
    handles += [figure.axes[0].plot([], [], color="grey", marker=m, linestyle=s)[0] for m, s in _STYLES.values()]
    figure.legend(handles, [*methods, *_STYLES], loc="outside lower center", ncols=4, frameon=False)
    return figure
