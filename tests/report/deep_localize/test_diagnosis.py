"""The picture of a training's statistics."""

import pytest
from matplotlib.axes import Axes

from faultloc.methods.deep_localize.diagnosis import Diagnosis
from faultloc.methods.deep_localize.finding import Finding
from faultloc.methods.deep_localize.history import History, SampledStep
from faultloc.report.deep_localize.diagnosis import draw_statistics


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
