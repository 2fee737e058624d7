import shutil
from collections.abc import Callable, Sequence
from pathlib import Path

import pandas as pd
import pytest

from faultloc.io.stores.artifacts import save_json
from stages.questions import main
from tests.evaluation.sweep_case import RAUC, sweep_table

STAGES = ("train", "mutation", "dfaulo")


@pytest.fixture
def sweep(tmp_path: Path) -> Path:
    """Two faults, two ratios and six seeds, with times and accuracies."""
    folder = tmp_path / "sweep"
    folder.mkdir()
    results = sweep_table(seeds=range(6), ratios=["0.01", "0.05"])
    jobs = results.drop_duplicates("job")["job"]
    results.to_csv(folder / "results.csv", index=False)
    for job in jobs:
        save_json(folder / job / "times.json", {stage: place + 1.0 for place, stage in enumerate(STAGES)})
        accuracies = {"before": 0.8, "cleaned": 0.85 + 0.001 * int(job), "uncleaned": 0.8402}
        metrics = {f"test_accuracy_{name}": round(value, 6) for name, value in accuracies.items()}
        save_json(folder / job / "results/purify/metrics.json", {"removed": 3, **metrics})
    return folder


def forget_jobs(sweep: Path) -> None:
    """Removes the folders of the jobs, so that only the table is left."""
    for times in sweep.glob("*/times.json"):
        shutil.rmtree(times.parent)


@pytest.fixture
def ask(sweep: Path, capsys) -> Callable[..., tuple[int, str, str]]:
    """Asks the questions of the sweep: the exit code, what was printed, and what went wrong."""

    def run(*arguments: str, output: str = "questions") -> tuple[int, str, str]:
        code = main(["--results", str(sweep / "results.csv"), "--output", str(sweep / output), *arguments])
        printed = capsys.readouterr()
        return code, printed.out, printed.err

    return run


def rows_of(markdown: str, heading: str) -> list[list[str]]:
    """The cells of the rows that begin with ``heading``."""
    lines = [line for line in markdown.splitlines() if line.startswith(f"| {heading}")]
    return [[cell.strip() for cell in line.strip("|").split("|")] for line in lines]


def test_every_question_is_answered_in_every_form(sweep, ask) -> None:
    code, _, _ = ask()
    assert code == 0
    assert sorted(path.name for path in (sweep / "questions").iterdir()) == [
        "answers.md",
        *("cost.csv", "cost.pdf", "cost.png", "cost.tex"),
        *("effectiveness.csv", "effectiveness.tex", "effectiveness_comparisons.csv", "effectiveness_outcomes.csv"),
        *("retraining.csv", "retraining.tex", "retraining_jobs.csv"),
        "sensitivity.tex",
        *(f"sensitivity_mutation.ratio.{kind}" for kind in ("csv", "pdf", "png")),
    ]


def test_the_answers_say_who_won_how_often(sweep, ask) -> None:
    ask("--metrics", "rauc")
    answers = (sweep / "questions/answers.md").read_text()
    # The columns: online, offline, loss, random. Of the four cases online wins all.
    [online, offline] = rows_of(answers, "*W/T/L of")
    assert online[0] == "*W/T/L of DFauLo offline*"
    assert offline[3:] == ["4/0/0", "4/0/0"]
    [case] = rows_of(answers, "digits, lenet1, random\\_data, mutation.ratio=0.01 ")[:1]
    assert "**0.9935 ± 0.0019**" in case  # 0.99 + 0.1 * 0.01 + the mean of 0 to 0.005


def test_the_cost_and_the_gain_are_in_the_answers(sweep, ask) -> None:
    ask("--metrics", "rauc")
    answers = (sweep / "questions/answers.md").read_text()
    cost = answers.split("## Cost")[1].split("## Retraining")[0]
    assert rows_of(cost, "digits")[0][1:] == ["1.0", "2.0", "3.0", "6.0"]
    # Jobs 0 to 23 gain 0.0098 to 0.0328: every one of 24 pairs.
    everything = rows_of(answers.split("## Retraining")[1], "all cases")[0]
    assert everything[5:] == ["+2.1 ± 0.7", "\\<0.001", "24"]


def test_two_runs_write_the_same_bytes(sweep, ask) -> None:
    for output in ("first", "second"):
        ask(output=output)
    for path in (sweep / "first").iterdir():
        assert path.read_bytes() == (sweep / "second" / path.name).read_bytes(), path.name


def test_what_is_missing_is_noted(sweep, ask) -> None:
    forget_jobs(sweep)
    sweep_table(seeds=[0]).to_csv(sweep / "results.csv", index=False)
    code, printed, _ = ask()
    assert code == 0
    answers = (sweep / "questions/answers.md").read_text()
    for note in (
        "Every case was run with one seed: no spread, no test.",
        "No setting beside data set, model, fault and seed was swept.",
        "No times of the stages were found: the cost is not known.",
        "No accuracies of retraining were found: its effect is not known.",
    ):
        assert f"note: {note}" in printed
        assert note in answers


@pytest.mark.parametrize("rankings", [["loss"], ["dfaulo_online"], ["random", "my_own"]])
def test_any_choice_of_rankings_has_answers(sweep, ask, rankings: Sequence[str]) -> None:
    table = sweep_table(rauc={name: RAUC.get(name, 0.7) for name in rankings})
    table.to_csv(sweep / "results.csv", index=False)
    forget_jobs(sweep)
    assert ask()[0] == 0


def test_a_baseline_that_some_jobs_lack_is_noted_and_has_no_mean(sweep, ask) -> None:
    forget_jobs(sweep)
    table = sweep_table(seeds=range(6))
    lacking = (table["ranking"] == "loss") & (table["fault"] == "random_label")
    table[~lacking].to_csv(sweep / "results.csv", index=False)
    code, printed, _ = ask("--metrics", "rauc")
    assert code == 0 and "cross-entropy loss is absent in 6 of 12 jobs." in printed
    answers = (sweep / "questions/answers.md").read_text()
    assert rows_of(answers, "*mean of all cases*")[0][3] == "–"
    assert rows_of(answers, "*W/T/L of DFauLo offline*")[0][3] == "1/0/0 1?"


def test_values_that_are_missing_everywhere_are_drawn_as_nothing(sweep, ask) -> None:
    table = sweep_table(seeds=range(6), ratios=["0.01", "0.05"]).assign(rauc="nan")
    table.to_csv(sweep / "results.csv", index=False)
    assert ask("--metrics", "rauc")[0] == 0


def test_an_ablation_is_a_question_of_its_own(sweep, ask) -> None:
    rauc = {**RAUC, "dfaulo_input": 0.8, "dfaulo_input+hidden": 0.9}
    forget_jobs(sweep)
    sweep_table(seeds=range(6), rauc=rauc).to_csv(sweep / "results.csv", index=False)
    ask("--metrics", "rauc")
    answers = (sweep / "questions/answers.md").read_text()
    assert "| case | DFauLo offline | input + hidden only | input only |" in answers.split("## Ablation")[1]
    assert "input only" not in answers.split("## Ablation")[0]


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        ("dataset,seed\nmnist,0\n", "expected ranking and at least one metric"),
        ("", "is no CSV with a line of names"),
        ("ranking,rauc\nloss,0.5\nloss,0.5,1,2\n", "is no CSV with a line of names"),
        ("ranking,rauc\n", "the results have no row of a ranking"),
        ("job,state,ranking,rauc\na,failed,,\n", "the results have no row of a ranking"),
        ("ranking,rauc\nloss,good\n", "the column rauc holds 'good'"),
    ],
)
def test_a_wrong_table_is_one_sentence(sweep, ask, content: str, sentence: str) -> None:
    (sweep / "results.csv").write_text(content)
    code, _, error = ask()
    assert code == 1
    assert error.startswith("questions: error: ") and sentence in error and len(error.splitlines()) == 1
    assert not (sweep / "questions").exists()


def test_a_table_that_was_asked_for_has_to_be_there(ask) -> None:
    code, _, error = ask("--times", "nowhere.csv")
    assert code == 1 and "there is no file nowhere.csv" in error


def test_tables_of_ones_own_take_the_place_of_the_jobs_folders(sweep, ask) -> None:
    jobs = pd.read_csv(sweep / "results.csv", dtype=str)["job"].unique()
    forget_jobs(sweep)
    pd.DataFrame({"job": jobs, "stage": "train", "seconds": 4.25}).to_csv(sweep / "times.csv", index=False)
    accuracies = {f"test_accuracy_{name}": 0.5 for name in ("before", "cleaned", "uncleaned")}
    pd.DataFrame({"job": jobs, **accuracies}).to_csv(sweep / "purify.csv", index=False)
    ask("--metrics", "rauc", "--times", str(sweep / "times.csv"), "--purify", str(sweep / "purify.csv"))
    assert pd.read_csv(sweep / "questions/cost.csv")["seconds"].tolist() == [4.25] * 4
    assert pd.read_csv(sweep / "questions/retraining.csv")["p"].tolist() == [1] * 5


def test_a_failed_job_is_noted(sweep, ask) -> None:
    forget_jobs(sweep)
    table = sweep_table(seeds=range(6)).assign(state="done")
    failed = pd.DataFrame([{"job": "x", "state": "failed", "fault": "random_label", "seed": "9", "ranking": ""}])
    pd.concat([table, failed]).to_csv(sweep / "results.csv", index=False)
    code, printed, _ = ask()
    assert code == 0 and "Jobs without results, because they failed or did not run: 1." in printed


def test_a_damaged_file_of_a_job_is_one_sentence(sweep, ask) -> None:
    (sweep / "3/times.json").write_text("{")
    code, _, error = ask()
    assert code == 1 and "3/times.json is no JSON" in error and len(error.splitlines()) == 1


def test_a_job_that_names_a_place_outside_of_the_sweep_is_not_followed(sweep, ask) -> None:
    forget_jobs(sweep)
    save_json(sweep.parent / "times.json", {"train": 1.0})
    sweep_table(seeds=range(6)).assign(job="..").drop(columns="seed").iloc[:2].to_csv(
        sweep / "results.csv", index=False
    )
    code, printed, _ = ask()
    assert code == 0 and "No times of the stages were found" in printed


def test_an_unknown_metric_is_one_sentence(ask) -> None:
    code, _, error = ask("--metrics", "rocket")
    assert code == 1 and "there is no metric 'rocket'" in error


def test_an_output_that_is_a_file_is_one_sentence(sweep, ask) -> None:
    code, _, error = ask(output="results.csv")
    assert code == 1 and "expected a file or folder that can be used" in error
    assert (sweep / "results.csv").read_text().startswith("job,dataset")
