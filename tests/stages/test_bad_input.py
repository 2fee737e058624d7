"""A user's mistake is answered with one sentence and an exit code, and what was there stays."""

import shutil
import sys

import numpy as np
import pytest

from tests.stages.workspace import Workspace

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def workspace(whole_run, tmp_path_factory) -> Workspace:
    """A workspace in which everything has run."""
    return whole_run.copied(tmp_path_factory.mktemp("bad") / "work")


def complaint(workspace: Workspace, stage: str, *overrides: str) -> str:
    """The one line that the stage answers with."""
    finished = workspace.run(sys.executable, "-m", f"stages.{stage}", *overrides, check=False)
    assert finished.returncode != 0
    assert "Traceback" not in finished.stdout
    return finished.stdout


@pytest.mark.parametrize(
    ("stage", "override", "sentence"),
    [
        ("gendata", "fault.ratio=1.5", "fault.ratio is 1.5; expected a number above 0 and below 1, or null"),
        ("gendata", "dataset.subset=3", "gendata: error:"),
        ("train", "model.num_classes=3", "10 classes, but LeNet1 has 3 outputs"),
        ("train", "model._target_=nowhere.Net", "'nowhere.Net' cannot be imported"),
        ("train", "train.optimizer.lr=1e38", "lower the learning rate"),
        ("activation", "activation.layer=fc9", "no layer 'fc9'; it has: features, features.0"),
        ("mutation", "mutation.ratio=1.5", "mutation.ratio is 1.5; expected a number above 0 and below 1"),
        ("mutation", "mutation.operator=tail", "mutation.operator is 'tail'; expected direct or head"),
        ("train", "runtime.device=tpu9", "runtime.device"),
        ("train", "runtime.threads=0", "runtime.threads is 0; expected a whole number at least 1"),
        ("train", "runtime.batch_size=0", "runtime.batch_size is 0"),
        ("train", "train.scheduler=foo", "train.scheduler is 'foo'"),
        ("train", "seed=abc", "seed is 'abc'"),
        ("mutation", "mutation.ratio=abc", "mutation.ratio is 'abc'"),
        ("mutation", "mutation.ratio=0.001", "takes no sample of a class"),
        ("mutation", "mutation.learning_rate=0", "learning_rate is 0"),
        ("outlier", "outlier.latent_size=0", "outlier.latent_size is 0"),
        ("outlier", "outlier.dropout=2", "outlier.dropout is 2"),
        ("outlier", "outlier.hidden_sizes=[]", "outlier.hidden_sizes is []; expected at least one size"),
        ("suffix", "suffix.mutants=1", "suffix.mutants is 1; expected a whole number at least 2"),
        ("suffix", "suffix.checkpoints=5", "suffix.checkpoints is 5; expected epochs, such as [3, 6, 10, 15]"),
        ("suffix", "suffix.checkpoints=[]", "suffix.checkpoints is []; expected epochs, such as [3, 6, 10, 15]"),
        ("dfaulo", "dfaulo.floor=0", "dfaulo.floor is 0; expected a number above 0"),
        ("dfaulo", "dfaulo.least_yield=2", "dfaulo.least_yield is 2; expected a number above 0"),
        ("dfaulo", "dfaulo.online.prior_surprise=0", "dfaulo.online.prior_surprise is 0; expected a number above 0"),
        ("dfaulo", "dfaulo.scorer=magic", "dfaulo.scorer is 'magic'; expected default or paper"),
        ("peers", "peers.aum.run=maybe", "peers.aum.run is 'maybe'; expected true or false"),
        ("peers", "peers.neighbour_votes.neighbours=0", "neighbours is 0; expected a whole number at least 1"),
        ("peers", "peers.simifeat.rounds=0", "peers.simifeat.rounds is 0; expected a whole number at least 1"),
        ("purify", "purify.action=mend", "purify.action is 'mend'; expected remove or relabel"),
        ("purify", "purify.share=1.5", "purify.share is 1.5; expected a number above 0 and below 1"),
        ("purify", "purify.share=null", "it is not said how many samples to remove"),
        ("purify", "purify.epochs=0", "epochs is 0; expected a whole number at least 1"),
    ],
)
def test_a_setting_that_makes_no_sense(workspace, stage, override, sentence):
    override = f"+{override}" if override == "model.num_classes=3" else override
    said = complaint(workspace, stage, override)
    assert f"{stage}: error: " in said
    assert sentence in said


def test_an_unknown_key(workspace):
    assert "ratoi" in complaint(workspace, "mutation", "mutation.ratoi=0.1")


def test_a_group_where_a_stage_takes_single_keys_only(workspace):
    assert "dataset" in complaint(workspace, "gendata", "dataset=mnist")


def test_a_stage_alone_refuses_a_sweep(workspace):
    assert "cannot be swept with -m" in complaint(workspace, "mutation", "-m", "mutation.ratio=0.1,0.2")


@pytest.mark.parametrize(
    ("content", "sentence"),
    [(None, "there is no params.yaml"), ("a: [", "params.yaml is not valid YAML"), ("a: 1", "params.yaml has no seed")],
)
def test_a_params_file_that_is_missing_broken_or_incomplete(workspace, content, sentence):
    params = workspace.folder / "params.yaml"
    before = params.read_text()
    params.unlink()
    if content is not None:
        params.write_text(content)
    try:
        assert sentence in complaint(workspace, "outlier")
    finally:
        params.write_text(before)


def test_an_output_folder_that_is_a_file(workspace):
    folder, away = workspace.folder / "data" / "preloss", workspace.folder / "data" / "preloss.away"
    folder.rename(away)
    folder.write_text("in the way")
    try:
        assert "preloss: error: " in complaint(workspace, "preloss")
    finally:
        folder.unlink()
        away.rename(folder)


def test_a_missing_artifact(workspace):
    shutil.rmtree(workspace.folder / "results/evaluation")
    assert "run `dvc repro`" in complaint(workspace, "report")


def test_inputs_that_are_not_numbers(tmp_path):
    workspace = Workspace(tmp_path)
    inputs = np.zeros((20, 4), dtype=np.float32)
    inputs[3, 1] = np.nan
    np.savez(tmp_path / "own.npz", inputs=inputs, labels=np.arange(20) % 2)
    workspace.configure("dataset=npz", f"dataset.path={tmp_path / 'own.npz'}", "dataset.subset=null")
    assert "train/" in complaint(workspace, "gendata")


def test_a_full_disk(workspace):
    target = workspace.folder / "data" / "preloss" / "train" / ".logits.npy.part"
    before = (workspace.folder / "data" / "preloss" / "train" / "logits.npy").read_bytes()
    target.symlink_to("/dev/full")  # every write to it fails as on a full disk
    assert "preloss: error: no space left on the device" in complaint(workspace, "preloss")
    assert (workspace.folder / "data" / "preloss" / "train" / "logits.npy").read_bytes() == before
