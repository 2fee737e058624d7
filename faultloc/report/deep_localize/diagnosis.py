"""What the monitor of a training run found: as data, as text and as a picture of the statistics over the steps."""

import math
import textwrap
from collections.abc import Callable, Sequence
from pathlib import Path

from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import FuncFormatter, MaxNLocator, NullFormatter, NullLocator

from faultloc.io.stores.artifacts import save_json, written_whole
from faultloc.methods.deep_localize.diagnosis import Diagnosis
from faultloc.methods.deep_localize.first_findings import MOST
from faultloc.methods.deep_localize.history import History, SampledStep
from faultloc.methods.deep_localize.watched_run import WatchedRun
from faultloc.report.shared.figure_bytes import figure_bytes
from faultloc.report.shared.theme import PRINT, drawing

# All that lies in the folder of results, which is nobody else's.
_PICTURES = "training-[0-9]*.png"
_MOST_SHOWN, _MOST_SOUND = 12, 6
WRITTEN = ("diagnosis.json", _PICTURES, "run.json")


def describe_runs(runs: Sequence[WatchedRun]) -> str:
    """What they say, as text for people.

    Of many trainings those without a finding are counted, but for the first few.
    """
    chosen = _most_telling(runs)
    lines = [f"{runs[index].model}: {runs[index].diagnosis.summary}" for index in chosen]
    left = [run for index, run in enumerate(runs) if index not in chosen]
    if left:
        faulty = sum(bool(run.diagnosis.findings) for run in left)
        found = f"{faulty} of them with findings" if faulty else "no fault found"
        lines.append(f"{len(left)} more trainings: {found}; all are in diagnosis.json")
    return "\n".join(lines)


def save_diagnosis(folder: Path, runs: Sequence[WatchedRun]) -> Path:
    """Writes ``diagnosis.json``, whose path comes back, and a picture ``training-1.png`` of each run that took a step.

    A script that trains hundreds of models, as those of a federation, has pictures of the most telling ones alone.
    """
    for earlier in folder.glob(_PICTURES):
        earlier.unlink()
    save_json(folder / "diagnosis.json", {"runs": [{"model": run.model, **run.diagnosis.as_data()} for run in runs]})
    for index in _most_telling(runs):
        run = runs[index]
        if run.history.losses or run.history.sampled:
            with written_whole(folder / f"training-{index + 1}.png") as temporary:
                temporary.write_bytes(training_statistics(run.history, run.diagnosis))
    return folder / "diagnosis.json"


def _most_telling(runs: Sequence[WatchedRun]) -> list[int]:
    """The places of some of the runs, in their order: a dozen with findings, errors first, else the first few."""

    def rank(index: int) -> int:
        severities = {finding.severity for finding in runs[index].diagnosis.findings}
        return 0 if "error" in severities else 1 if severities else 2

    chosen = sorted(range(len(runs)), key=rank)[:_MOST_SHOWN]
    faulty = [index for index in chosen if runs[index].diagnosis.findings]
    sound = [index for index in chosen if index not in faulty]
    return sorted(faulty + sound[: max(0, _MOST_SOUND - len(faulty))])


def training_statistics(history: History, diagnosis: Diagnosis) -> bytes:
    """The picture of ``draw_statistics`` as a PNG."""
    with drawing(PRINT):
        return figure_bytes(draw_statistics(history, diagnosis))


def draw_statistics(history: History, diagnosis: Diagnosis) -> Figure:
    """Loss, gradients, updates and units over the steps, the steps of the first two findings marked."""
    panels: list[tuple[str, Callable[[Axes], None]]] = [
        ("Loss", lambda axes: _line(axes, list(range(len(history.losses))), history.losses, "#0072b2")),
        (
            "Gradient norm of each weight, where it is not 0",
            lambda axes: _by_name(axes, history.sampled, lambda one: one.gradients),
        ),
        (
            "Change of each weight in a step, relative, where it is not 0",
            lambda axes: _by_name(axes, history.sampled, lambda one: one.updates),
        ),
        ("Share of the units that are dead or saturated", lambda axes: _units(axes, history.sampled)),
    ]
    with drawing(PRINT):
        figure = Figure(figsize=(11, 6.4), layout="constrained")
        for axes, (title, draw) in zip(figure.subplots(2, 2).flat, panels, strict=True):
            draw(axes)
            axes.set_title(title, loc="left")
            axes.set_xlabel("step")
            axes.xaxis.set_major_locator(MaxNLocator(integer=True))
            axes.set_xlim(-0.02 * len(history.losses), max(1, 1.02 * len(history.losses)))
            if axes.get_yscale() == "log":
                _number_logarithms(axes)
            for finding in diagnosis.findings[:MOST]:
                first = finding is diagnosis.cause
                axes.axvline(
                    finding.step, color=PRINT.fault, linewidth=1.4 if first else 0.7, linestyle="-" if first else ":"
                )
        cause = diagnosis.cause
        headline = diagnosis.headline
        # A layer's name stays as it is.
        words = headline[:1].upper() + headline[1:] if cause is None else f"{cause.where}: {cause.sentence}"
        figure.suptitle(_shortened(words), x=0.01, ha="left", color=PRINT.ink if cause is None else PRINT.fault)
        return figure


def _number_logarithms(axes: Axes) -> None:
    """Numbers at powers of ten; between them, where fewer than two of these are in sight."""
    low, high = (math.log10(end) for end in axes.get_ylim())
    if math.floor(high) - math.ceil(low) < 1:
        axes.yaxis.set_major_locator(MaxNLocator(4))
        axes.yaxis.set_minor_locator(NullLocator())
    # Plain numbers: the theme leaves formulas as they are written, sample names may look like some.
    axes.yaxis.set_major_formatter(FuncFormatter(lambda value, _: f"{value:g}"))
    axes.yaxis.set_minor_formatter(NullFormatter())


def _shortened(words: str) -> str:
    return "\n".join(textwrap.wrap(words, 130, max_lines=2, placeholder=" ..."))


def _line(axes: Axes, steps: Sequence[int], values: Sequence[float], colour: str) -> None:
    axes.plot(steps, values, color=colour, linewidth=1.2)
    finite = [value for value in values if value == value and abs(value) != float("inf")]
    if finite and min(finite) > 0 and max(finite) > 50 * min(finite):
        axes.set_yscale("log")


def _by_name(axes: Axes, sampled: Sequence[SampledStep], of: Callable[[SampledStep], object]) -> None:
    series: dict[str, list[tuple[int, float]]] = {}
    for sample in sampled:
        for name, value in of(sample).items():  # type: ignore[attr-defined]
            if value > 0:
                series.setdefault(name, []).append((sample.step, value))
    for position, (name, points) in enumerate(series.items()):
        # From the first layer, light, to the last, dark.
        shade = str(0.75 - 0.7 * position / max(1, len(series) - 1)) if len(series) > 1 else "0.2"
        axes.plot(*zip(*points, strict=True), color=shade, linewidth=1.2, label=name)
    if series:
        axes.set_yscale("log")
    if 0 < len(series) <= 6:
        axes.legend(frameon=False, fontsize="small")


def _units(axes: Axes, sampled: Sequence[SampledStep]) -> None:
    for of, style, word in ((lambda one: one.dead, "-", "dead"), (lambda one: one.saturated, "--", "saturated")):
        names = dict.fromkeys(name for sample in sampled for name, share in of(sample).items() if share > 0)
        for name in names:
            points = [(sample.step, of(sample).get(name, 0.0)) for sample in sampled]
            axes.plot(*zip(*points, strict=True), linestyle=style, linewidth=1.2, label=f"{word} in layer {name}")
        if names and len(names) <= 6:
            axes.legend(frameon=False, fontsize="small")
    if not axes.lines:
        axes.text(0.5, 0.5, "none", transform=axes.transAxes, ha="center", va="center", color=PRINT.soft)
    axes.set_ylim(-0.03, 1.03)
