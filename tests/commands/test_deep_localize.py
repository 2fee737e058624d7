"""`faultloc deep-localize --script`: the answer, the exit code, the files."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.warm_python import warm_folder

FAULTY = 3
SCRIPT = """
import sys

import torch
from torch import nn

torch.manual_seed(0)
labels = torch.arange(240) % 3
inputs = 3 * torch.eye(6)[labels] + torch.randn(240, 6)
model = nn.Sequential(nn.Linear(6, 16), nn.ReLU(), nn.Linear(16, 3){behind})
optimizer = torch.optim.Adam(model.parameters(), lr=0.01)
for step in range(40):
    rows = torch.arange(24) + 24 * (step % 10)
    optimizer.zero_grad()
    loss = nn.functional.cross_entropy(model(inputs[rows]), labels[rows])
    loss.backward()
    optimizer.step()
print("steps taken:", step + 1, "arguments:", sys.argv[1:])
{ending}
"""


def write_script(folder: Path, *, behind: str = "", ending: str = "") -> Path:
    script = folder / "train.py"
    script.write_text(SCRIPT.format(behind=behind, ending=ending))
    return script


def watch(folder: Path, script: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    """The command as a user runs it, in ``folder``, but started warm; results go to the default place."""
    return subprocess.run(
        [warm_folder() / "python", "-m", "faultloc", "deep-localize", "--script", str(script), *arguments],
        cwd=folder, capture_output=True, text=True,
        env={**os.environ, "PYTHONPATH": str(Path(__file__).resolve().parents[2]), "OMP_NUM_THREADS": "1"},
    )  # fmt: skip


def runs(folder: Path) -> list[dict]:
    return json.loads((folder / "results/deep_localize/diagnosis.json").read_text())["runs"]


def test_a_healthy_script_ends_well_and_is_given_its_arguments(tmp_path):
    finished = watch(tmp_path, write_script(tmp_path), "--", "--epochs", "3")
    assert finished.returncode == 0, finished.stderr
    assert "arguments: ['--epochs', '3']" in finished.stdout
    assert "no fault found" in finished.stdout
    assert [run["findings"] for run in runs(tmp_path)] == [[]]
    assert runs(tmp_path)[0]["steps"] == 40


def test_a_faulty_script_runs_to_its_end_and_its_cause_is_named(tmp_path):
    finished = watch(tmp_path, write_script(tmp_path, behind=", nn.Softmax(1)"))
    assert finished.returncode == FAULTY
    assert "steps taken: 40" in finished.stdout
    assert "remove the last activation" in finished.stdout
    assert runs(tmp_path)[0]["cause"] == "loss.double_softmax"
    assert (tmp_path / "results/deep_localize/training-1.png").read_bytes().startswith(b"\x89PNG")


def test_the_first_error_stops_the_script_where_that_is_asked_for(tmp_path):
    finished = watch(tmp_path, write_script(tmp_path, behind=", nn.Softmax(1)"), "--on-error", "stop")
    assert finished.returncode == FAULTY
    assert "steps taken" not in finished.stdout
    assert "stopped at the first error" in finished.stdout
    assert runs(tmp_path)[0]["cause"] == "loss.double_softmax"


def test_a_script_that_fails_shows_its_own_traceback_and_what_was_seen_before(tmp_path):
    finished = watch(tmp_path, write_script(tmp_path, ending="raise ValueError('no such shelf')"))
    assert finished.returncode == 1
    assert "ValueError: no such shelf" in finished.stderr
    assert "ended with ValueError" in finished.stderr
    assert runs(tmp_path)[0]["steps"] == 40


def test_a_script_that_is_no_python_is_shown_as_python_shows_it(tmp_path):
    script = tmp_path / "train.py"
    script.write_text("import torch\nfor step in range(3)\n    pass\n")
    finished = watch(tmp_path, script)
    alone = subprocess.run([sys.executable, str(script)], capture_output=True, text=True)
    assert finished.returncode == 1
    assert finished.stderr.startswith(alone.stderr)
    assert finished.stderr.removeprefix(alone.stderr).startswith("faultloc: error:")
    assert "seen before" not in finished.stderr.removeprefix(alone.stderr)


def test_a_script_that_fails_before_its_first_step_has_no_picture(tmp_path):
    script = write_script(tmp_path)
    script.write_text(script.read_text().replace("labels[rows])", "labels[rows] + 7)"))
    (tmp_path / "results/deep_localize").mkdir(parents=True)
    (tmp_path / "results/deep_localize/diagnosis.json").write_text('{"runs": []}')
    (tmp_path / "results/deep_localize/training-1.png").write_text("of an earlier run")
    assert watch(tmp_path, script).returncode == 1
    assert len(runs(tmp_path)) == 1
    assert not list((tmp_path / "results/deep_localize").glob("*.png"))


def test_a_folder_that_cannot_be_written_is_found_out_before_the_training(tmp_path):
    (tmp_path / "results").write_text("a file")
    finished = watch(tmp_path, write_script(tmp_path))
    assert finished.returncode == 1
    assert "is a file; expected a folder for the results: give another --output" in finished.stderr
    assert "steps taken" not in finished.stdout


def test_what_was_found_is_said_where_it_can_no_longer_be_written(tmp_path):
    script = write_script(
        tmp_path, ending="import shutil; shutil.rmtree('results'); open('results', 'w').write('a file')"
    )
    finished = watch(tmp_path, script)
    assert finished.returncode == 1
    assert "no fault found" in finished.stdout
    assert "faultloc: error:" in finished.stderr


def test_results_lie_where_they_were_asked_for_wherever_the_script_goes(tmp_path):
    (tmp_path / "elsewhere").mkdir()
    assert watch(tmp_path, write_script(tmp_path, ending="import os; os.chdir('elsewhere')")).returncode == 0
    assert len(runs(tmp_path)) == 1


def test_a_missing_script_is_answered_in_a_sentence(tmp_path):
    finished = watch(tmp_path, tmp_path / "nowhere.py")
    assert finished.returncode == 1
    assert "there is no script" in finished.stderr
    assert "Traceback" not in finished.stderr
    assert not (tmp_path / "results").exists()


def test_a_script_without_any_training_is_told_what_was_expected(tmp_path):
    script = tmp_path / "train.py"
    script.write_text("print('nothing to learn')\n")
    finished = watch(tmp_path, script)
    assert finished.returncode == 1
    assert "nothing to learn" in finished.stdout
    assert "no training was seen: no optimizer of torch.optim was made" in finished.stderr
    assert runs(tmp_path) == []


@pytest.mark.parametrize(("ending", "said"), [("", "no training was seen"), ("raise ValueError('bad')", "ValueError")])
def test_a_script_that_goes_elsewhere_before_it_trains_is_still_found(tmp_path, ending, said):
    (tmp_path / "elsewhere").mkdir()
    (tmp_path / "train.py").write_text(f"import os\nos.chdir('elsewhere')\n{ending}\n")
    finished = watch(tmp_path, Path("train.py"))
    assert finished.returncode == 1
    assert said in finished.stderr
    assert "No such file" not in finished.stderr


def test_a_misspelled_option_is_none_of_the_scripts(tmp_path):
    finished = watch(tmp_path, write_script(tmp_path), "--on-eror", "stop", "-o", "mine")
    assert finished.returncode == 2
    assert "Did you mean '--on" in finished.stderr
    assert "comes after --" in finished.stderr
    assert "steps taken" not in finished.stdout


@pytest.mark.parametrize("option", [("--every", "0"), ("--on-error", "panic")])
def test_an_option_out_of_its_range_is_a_mistyped_command_line(tmp_path, option):
    finished = watch(tmp_path, write_script(tmp_path), *option)
    assert finished.returncode == 2
    assert "Invalid value for" in finished.stderr
    assert not (tmp_path / "results").exists()
