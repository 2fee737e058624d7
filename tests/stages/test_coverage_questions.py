"""The research questions of coverage through their stages, on few digits."""

import json

import pandas as pd
import pytest

from tests.stages.workspace import Workspace

pytestmark = pytest.mark.slow
SMALL = (
    "dataset.subset=400",
    "fault=none",
    "train.epochs=8",
    "idc_questions.units.samples=100",
    "idc_questions.criteria.build_samples=100",
    "idc_questions.pruning.counts=[2,4,1000]",
    "idc_questions.pruning.layer_counts=[3]",
    "idc_questions.pruning.repetitions=3",
    "idc_questions.diversity.counts=[3]",
    "idc_questions.diversity.repetitions=2",
    "idc_questions.sensitivity.sizes=[10,20]",
    "idc_questions.sensitivity.attacks=[fgsm]",
    "idc_questions.sensitivity.repetitions=2",
    "idc_questions.impartiality.sizes=[20]",
    "idc_questions.impartiality.biased=20",
    "idc_questions.impartiality.even=1",
    "idc_questions.impartiality.attack=fgsm",
    "idc_questions.overhead.build_samples=50",
    "idc_questions.overhead.samples=10",
)


@pytest.fixture(scope="module")
def trained(tmp_path_factory) -> Workspace:
    """A workspace with a subject; only what a question needs has run."""
    pytest.importorskip("foolbox")
    workspace = Workspace(tmp_path_factory.mktemp("questions"))
    workspace.configure(*SMALL)
    for stage in ("gendata", "train"):
        workspace.run("python", "-m", f"stages.{stage}")
    return workspace


def answer(workspace: Workspace, question: str) -> str:
    return workspace.run("python", "-m", f"stages.{question}").stdout


def table(workspace: Workspace, name: str) -> pd.DataFrame:
    return pd.read_csv(workspace.folder / f"results/{name}.csv")


def test_pruning_has_every_ranking_and_number_that_fits_beside_both_controls(trained):
    said = answer(trained, "rq1")
    assert "of the same layers by" in said
    rows = table(trained, "rq1/pruning")
    assert set(rows["ranking"]) == {"lrp", "lgxa"} and set(rows["count"]) == {2, 3, 4}
    assert rows["drop"].between(-1, 1).all() and (rows["matched_low"] <= rows["matched_high"]).all()
    assert len((trained.folder / "results/rq1/table.txt").read_text().splitlines()) == 3 + len(rows)
    assert json.loads((trained.folder / "results/rq1/metrics.json").read_text())["drops"] == len(rows)


def test_diversity_says_what_was_measured_and_what_may_be_claimed(trained):
    said = answer(trained, "rq2")
    rows, orders = table(trained, "rq2/repetitions"), table(trained, "rq2/orders")
    assert (rows["with_important"] >= rows["original"]).all() and (rows["with_random"] >= rows["original"]).all()
    assert len(rows) == 2 * len(orders)
    claimed = (orders["gain_low"] > 0).sum()
    assert f"U_IO > U_RO may be claimed for {claimed} of {len(orders)} selections" in said


def test_sensitivity_says_how_many_images_were_asked_for_and_obtained_and_is_the_same_again(trained):
    said = answer(trained, "rq3")
    rows = table(trained, "rq3/suites")
    assert len(rows) == 11 * 2 * 3 * 2 and (rows["obtained"] <= rows["requested"]).all()
    attacks = table(trained, "rq3/attacks")
    assert attacks["requested"].tolist() == [2, 2]
    assert f"fgsm {50 * attacks['obtained'].sum() / 2:.1f} %" in said
    before = (trained.folder / "results/rq3/suites.csv").read_bytes()
    answer(trained, "rq3")
    assert (trained.folder / "results/rq3/suites.csv").read_bytes() == before


def test_impartiality_has_a_correlation_over_enough_suites(trained):
    answer(trained, "rq4")
    rows = table(trained, "rq4/correlations")
    assert len(rows) == 11 * 2 and set(rows["found_suites"]) == {20, 22}
    assert table(trained, "rq4/suites")["evenness"].between(0, 1).all()


def test_overhead_has_a_row_for_the_bare_network_and_each_criterion(trained):
    answer(trained, "rq5")
    rows = table(trained, "rq5/overhead")
    assert rows["criterion"].tolist()[0] == "forward" and len(rows) == 12
    assert (rows["samples_per_second"] > 0).all()


@pytest.mark.parametrize(
    ("question", "setting", "sentence"),
    [
        ("rq1", "idc_questions.pruning.repetitions=1", "repetitions is 1; expected a whole number at least 2"),
        ("rq1", "idc_questions.units.attributions=[magic]", "there is no attribution 'magic'"),
        ("rq2", "idc_questions.diversity.share=0.9", "expected a number above 0 and at most 0.5"),
        (
            "rq3",
            "idc_questions.sensitivity.sizes=[5000]",
            "a suite of 5000 samples is asked for, and the model answers",
        ),
        ("rq3", "idc_questions.sensitivity.attacks=[laser]", "there is no attack 'laser'"),
        ("rq4", "idc_questions.impartiality.biased=3", "biased is 3; expected a whole number at least 20"),
        ("rq5", "idc_questions.criteria.names=[nc,mine]", "there is no criterion 'mine'"),
    ],
)
def test_a_bad_setting_is_one_sentence(trained, question, setting, sentence):
    failed = trained.run("python", "-m", f"stages.{question}", setting, check=False)
    assert failed.returncode == 1 and sentence in failed.stdout and "Traceback" not in failed.stdout
