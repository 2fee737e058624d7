import dataclasses
import io
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from PIL import Image

from faultloc.fault_estimate import FaultEstimate
from faultloc.report.dfaulo.gallery_figure import gallery_figure
from faultloc.report.dfaulo.rankings import RANKINGS
from faultloc.report.dfaulo.writing import write_report
from faultloc.report.shared.figures import discovery_figure

FILES = ["curves.png", "gallery.png", "index.html", "table.txt", "training.png"]


@pytest.mark.parametrize(
    "settings",
    [
        {},
        *(
            pytest.param(of, marks=pytest.mark.exhaustive)
            for of in ({"known": False}, {"text": "Stocks & bonds, $5 to $6."})
        ),
    ],
)
def test_two_runs_write_the_same_bytes(make_content, tmp_path: Path, settings: dict) -> None:
    for folder in ("first", "second"):
        write_report(tmp_path / folder, make_content(**settings))
    assert sorted(path.name for path in (tmp_path / "first").iterdir()) == FILES
    for name in FILES:
        assert (tmp_path / "first" / name).read_bytes() == (tmp_path / "second" / name).read_bytes()


def test_the_terminals_text_ends_with_the_count_where_there_is_one(make_content, tmp_path: Path) -> None:
    counted = dataclasses.replace(make_content(), estimate=FaultEstimate(3, 1, 5, 4))
    for folder, content in (("with", counted), ("without", dataclasses.replace(counted, estimate=None))):
        write_report(tmp_path / folder, content)
    with_count, table = ((tmp_path / folder / "table.txt").read_text() for folder in ("with", "without"))
    said = f"about 3 of {counted.sample_count} samples look faulty (between 1 and 5)"
    assert with_count == f"{table.rstrip()}\n\n{said}\n"


def test_the_users_plot_settings_do_not_change_the_figures(make_content) -> None:
    import matplotlib

    usual = discovery_figure(make_content().curves, RANKINGS)
    with matplotlib.rc_context({"font.size": 30, "lines.linewidth": 9, "figure.dpi": 30}):
        assert discovery_figure(make_content().curves, RANKINGS) == usual


def test_a_figure_tells_neither_its_maker_nor_its_time(make_content) -> None:
    info = Image.open(io.BytesIO(discovery_figure(make_content().curves, RANKINGS))).info
    assert set(info) <= {"dpi"}


def test_a_class_name_that_looks_like_mathematics_is_drawn_as_it_is(make_content) -> None:
    assert gallery_figure(make_content(class_name="$\\frac{").suspects)


def test_a_script_that_the_font_lacks_gives_no_warning(make_content, recwarn) -> None:
    gallery_figure(make_content(class_name="\u6c49\u5b57").suspects)
    assert not list(recwarn)


def test_a_report_without_samples_or_epochs_is_written(make_content, tmp_path: Path) -> None:
    content = make_content(known=False)
    training = dataclasses.replace(
        content.training,
        test_accuracy=None,
        curve=pd.DataFrame({"epoch": [], "loss": [], "accuracy": []}, dtype=float),
    )
    write_report(tmp_path, dataclasses.replace(content, suspects=[], training=training))
    assert np.asarray(Image.open(tmp_path / "gallery.png")).any()
