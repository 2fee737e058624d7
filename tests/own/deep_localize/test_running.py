"""Scripts that end otherwise than they should, or train nothing: what is said of them."""

import sys
from pathlib import Path

import pytest
from torch.optim import Optimizer

from faultloc.own.deep_localize.imports import once_imported
from faultloc.own.deep_localize.running import WatchedScript, run_script

TRAINING = """
import torch
from torch import nn
torch.manual_seed(0)
model = nn.Sequential(nn.Linear(4, 8), nn.ReLU(), nn.Linear(8, 3))
optimizer = torch.optim.SGD(model.parameters(), 0.01)
inputs, labels = torch.randn(24, 4), torch.arange(24) % 3
for step in range(8):
    optimizer.zero_grad()
    nn.functional.cross_entropy(model(inputs), labels + (step == 6)).backward()
    optimizer.step()
"""
SOUND = TRAINING.replace("labels + (step == 6)", "labels")


def run(folder: Path, text: str) -> WatchedScript:
    script = folder / "train.py"
    script.write_text(text)
    return run_script(script, [], every=10, on_error="warn", on_finding=lambda finding: None)


def test_of_a_script_that_raises_the_step_and_the_cause_are_told(tmp_path):
    watched = run(tmp_path, TRAINING)
    diagnosis = watched.runs[0].diagnosis
    assert isinstance(watched.error, IndexError)
    assert diagnosis.headline.startswith("6 steps watched before IndexError (Target 3 is out of bounds.)")
    assert (diagnosis.cause.rule, diagnosis.cause.step) == ("labels.beyond_outputs", 6)


def test_a_traceback_begins_at_the_script_as_python_itself_would_show_it(tmp_path):
    error = run(tmp_path, TRAINING).error
    assert Path(error.__traceback__.tb_frame.f_code.co_filename).name == "train.py"


def test_of_an_error_that_is_not_known_only_the_ending_is_told(tmp_path):
    diagnosis = run(tmp_path, SOUND + "raise ValueError('no such shelf')").runs[0].diagnosis
    assert diagnosis.summary == "8 steps watched before ValueError (no such shelf): nothing odd until then"


@pytest.mark.parametrize(
    ("ending", "kind"),
    [("sys.exit(1)", SystemExit), ("sys.exit('no data')", SystemExit), ("raise KeyboardInterrupt", KeyboardInterrupt)],
)
def test_a_script_that_ends_itself_or_is_interrupted_keeps_what_was_seen(tmp_path, ending, kind):
    watched = run(tmp_path, f"import sys\n{SOUND}\n{ending}")
    assert isinstance(watched.error, kind)
    assert watched.runs[0].diagnosis.steps == 8
    assert "no fault found" not in watched.runs[0].diagnosis.summary


def test_an_exit_without_fault_is_an_end_like_any_other(tmp_path):
    watched = run(tmp_path, f"import sys\n{SOUND}\nsys.exit(0)")
    assert watched.error is None
    assert watched.runs[0].diagnosis.headline == "8 steps watched: no fault found"


def test_an_error_before_any_training_is_explained_too(tmp_path):
    watched = run(tmp_path, "import torch\ntorch.optim.SGD([], lr=0.1)\n")
    diagnosis = watched.runs[0].diagnosis
    assert diagnosis.headline.startswith("0 steps watched before ValueError")
    assert diagnosis.cause.rule == "optimizer.no_parameters"


NOTHING = {
    "print('done')": "no optimizer of torch.optim was made",
    "import torch\ntorch.optim.SGD(torch.nn.Linear(2, 2).parameters(), 0.1)": "no model was called with gradients on",
    "import torch.multiprocessing as mp\nif False:\n    mp.spawn(print)": "starts other processes (mp.spawn)",
    "raise KeyError('data')": "before KeyError ('data')",
    "raise ModuleNotFoundError('no jax', name='jax')  # import keras": 'os.environ["KERAS_BACKEND"] = "torch"',
}


@pytest.mark.parametrize("text", NOTHING)
def test_a_script_without_training_is_told_why_nothing_was_seen(tmp_path, text):
    watched = run(tmp_path, text)
    assert list(watched.runs) == []
    assert watched.nothing_seen.startswith("no training was seen")
    assert NOTHING[text] in watched.nothing_seen


def test_nothing_stays_wrapped_after_a_script(tmp_path):
    before = (Optimizer.__init__, list(sys.meta_path), list(sys.path), list(sys.argv))
    run(tmp_path, TRAINING)
    assert (Optimizer.__init__, sys.meta_path, sys.path, sys.argv) == before


def test_a_module_is_told_of_once_it_has_been_imported(tmp_path, monkeypatch):
    (tmp_path / "shelf_of_trainers.py").write_text("class Trainer: pass\n")
    monkeypatch.syspath_prepend(tmp_path)
    told = []
    with once_imported({"shelf_of_trainers": told.append, "json": told.append, "not_there_at_all": told.append}):
        import shelf_of_trainers

        with pytest.raises(ModuleNotFoundError):
            import not_there_at_all  # noqa: F401
    del sys.modules["shelf_of_trainers"]
    assert [module.__name__ for module in told] == ["json", "shelf_of_trainers"]
    assert told[1].Trainer is shelf_of_trainers.Trainer


LOADING = """
import torch
from torch import nn
torch.manual_seed(0)
teacher = nn.Sequential(nn.Linear(4, 8), nn.ReLU(), nn.Linear(8, 3))
state = {PREFIX + name: value + 1 for name, value in teacher.state_dict().items() if KEPT}
teacher.load_state_dict(state, strict=False)
"""


@pytest.mark.parametrize(
    ("prefix", "kept", "expected"),
    [
        ("'module.'", "True", [("weights.not_loaded", "teacher")]),
        ("''", "True", []),
        ("''", "name.startswith('0')", []),
        ("'module.'", "False", []),
    ],
)
def test_a_checkpoint_of_which_nothing_fits_is_named_with_the_module(tmp_path, prefix, kept, expected):
    text = LOADING.replace("PREFIX", prefix).replace("KEPT", kept) + SOUND
    found = run(tmp_path, text).runs[0].diagnosis.findings
    assert [(one.rule, one.place) for one in found] == expected


def test_what_the_monitor_itself_asks_of_a_model_is_no_training(tmp_path):
    """At the first evaluation it calls the model with a trace: nothing inside is then taken for a model of its own."""
    evaluated = (
        SOUND
        + """
    if step % 4 == 3:
        model.eval()
        with torch.no_grad():
            model(inputs)
        model.train()
"""
    )
    (found,) = run(tmp_path, evaluated.replace("range(8)", "range(80)")).runs
    assert len(found.history.losses) == 80
    assert [sample.step for sample in found.history.sampled] == [0, 1, 2, 3, 4, 10, 20, 30, 40, 50, 60, 70]
