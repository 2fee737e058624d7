"""The picture of a training's statistics."""

import json

import pytest
from matplotlib.axes import Axes

from faultloc.methods.deep_localize.diagnosis import Diagnosis
from faultloc.methods.deep_localize.finding import Finding, Severity
from faultloc.methods.deep_localize.history import History, SampledStep
from faultloc.methods.deep_localize.watched_run import WatchedRun
from faultloc.report.deep_localize.diagnosis import describe_runs, draw_statistics, save_diagnosis


def history(*norms: float) -> History:
    sampled = [SampledStep(step, {"fc.weight": norm}, {"fc.weight": norm}) for step, norm in enumerate(norms)]
    return History(losses=[1.0] * len(norms), sampled=sampled)


def numbers(axes: Axes) -> list[str]:
    axes.figure.canvas.draw()
    low, high = axes.get_ylim()
    labels = [*axes.get_yticklabels(), *axes.get_yticklabels(minor=True)]
    return [one.get_text() for one in labels if one.get_text() and low <= one.get_position()[1] <= high]


@pytest.mark.parametrize("norms", [(0.21, 0.24), (0.3, 0.7), (0.7, 2.0), (1e-4, 3.0), (4e5, 7e5)])
def test_a_logarithmic_axis_has_numbers_however_little_it_spans(norms):
    gradients = draw_statistics(history(*norms), Diagnosis([], ["fc"], 2)).axes[1]
    assert gradients.get_yscale() == "log"
    assert len(numbers(gradients)) >= 2


def test_the_title_keeps_names_as_they_are():
    sentence = "CrossEntropyLoss gets the answers of a Softmax"
    finding = Finding(
        "loss.softmax_before", "loss", "error", "Net.fcOut", "fcOut", 0, 1.0, 0.5, sentence, "Take it out"
    )
    title = draw_statistics(history(1.0), Diagnosis([finding], ["fcOut"], 1)).get_suptitle()
    assert sentence in title and "fcOut" in title
    ended = Diagnosis([], ["fcOut"], 1, ended_by="ValueError (no Shelf)")
    assert "ValueError (no Shelf)" in draw_statistics(history(1.0), ended).get_suptitle()


def run(index: int, severities: tuple[Severity, ...] = ()) -> WatchedRun:
    findings = [
        Finding("loss.softmax_before", "loss", one, "loss", None, 0, 1.0, 0.5, "It gets a Softmax", "Take it out")
        for one in severities
    ]
    return WatchedRun(f"Client{index}", Diagnosis(findings, ["fc"], 2), history(0.5, 0.4))


def test_of_hundreds_of_trainings_those_with_findings_are_shown_and_the_others_counted(tmp_path):
    severities: dict[int, tuple[Severity, ...]] = {40: ("error",), 60: ("warning",), 70: ("error",)}
    runs = [run(index, severities.get(index, ())) for index in range(80)]
    save_diagnosis(tmp_path, runs)
    pictures = {int(path.stem.removeprefix("training-")) for path in tmp_path.glob("training-*.png")}
    assert pictures == {1, 2, 3, 41, 61, 71}
    assert len(json.loads((tmp_path / "diagnosis.json").read_text())["runs"]) == 80
    said = describe_runs(runs).splitlines()
    assert [line.partition(":")[0] for line in said if line.startswith("Client")][-3:] == [
        "Client40",
        "Client60",
        "Client70",
    ]
    assert said[-1] == "74 more trainings: no fault found; all are in diagnosis.json"
    assert "more trainings" not in describe_runs(runs[:6])
    shown = [
        line
        for line in describe_runs([run(index, ("warning",)) for index in range(20)]).splitlines()
        if "Client" in line
    ]
    assert len(shown) == 12
