"""`faultloc dfaulo` as a user types it."""

import csv
import json
import os
import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pytest
import torch
from PIL import Image
from sklearn.datasets import load_digits

from faultloc import MarginRecorder, cli
from faultloc.io.results_store import load_results
from faultloc.io.stores.subject_store import save_weights
from faultloc.own.dfaulo.results import WRITTEN

pytestmark = pytest.mark.slow
SAMPLES, FAULTS = 600, 30

# A user's own script, which trains and saves as DFauLo's README says; run in another process, as `__main__`.
SCRIPT = """
import sys
from pathlib import Path
import numpy as np, torch
from PIL import Image
from torch import nn

class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.conv = nn.Conv2d(1, 12, 3)
        self.fc1 = nn.Linear(432, 48)
        self.fc2 = nn.Linear(48, 10)

    def forward(self, x):
        return self.fc2(torch.relu(self.fc1(torch.relu(self.conv(x)).flatten(1))))

if __name__ == "__main__":
    torch.manual_seed(0)
    torch.set_num_threads(1)
    files = sorted(Path(sys.argv[1]).glob("train/*/*.png"))
    x = torch.from_numpy(np.stack([np.asarray(Image.open(file)) for file in files]))[:, None].float() / 255
    y = torch.tensor([int(file.parent.name) for file in files])
    model = Net()
    optimizer = torch.optim.SGD(model.parameters(), lr=0.1, momentum=0.9)
    scheduler = torch.optim.lr_scheduler.StepLR(optimizer, 100)
    for epoch in range(12):
        for batch in torch.randperm(len(y)).split(32):
            optimizer.zero_grad()
            nn.functional.cross_entropy(model(x[batch]), y[batch]).backward()
            optimizer.step()
        scheduler.step()
    checkpoint = {"model": model, "optimizer": optimizer, "lr_scheduler": scheduler, "epoch": 12, "acc": 0.9}
    torch.save(checkpoint, sys.argv[2])
"""


@dataclass(frozen=True)
class Own:
    """A folder of images, the ids of those under a wrong class, and a checkpoint beside the module of its class."""

    root: Path
    wrong: set[str]
    checkpoint: Path


@pytest.fixture(scope="module")
def own(tmp_path_factory) -> Own:
    folder = tmp_path_factory.mktemp("own")
    pixels, labels = load_digits(return_X_y=True)
    rng = np.random.default_rng(0)
    chosen = rng.choice(SAMPLES, FAULTS, replace=False)
    given = labels.copy()
    given[chosen] = (given[chosen] + rng.integers(1, 10, FAULTS)) % 10
    for index, (image, label) in enumerate(zip(pixels[: SAMPLES + 100], given, strict=False)):
        path = folder / "digits" / ("train" if index < SAMPLES else "test") / str(label) / f"{index:04d}.png"
        path.parent.mkdir(parents=True, exist_ok=True)
        Image.fromarray((image.reshape(8, 8) * 15.9).astype(np.uint8)).save(path)
    (folder / "ownnet.py").write_text(SCRIPT)
    subprocess.run([sys.executable, "ownnet.py", "digits", "model.pth"], cwd=folder, check=True)
    wrong = {f"train/{given[index]}/{index:04d}.png" for index in chosen}
    return Own(folder / "digits", wrong, folder / "model.pth")


@dataclass(frozen=True)
class Answer:
    code: int
    out: str
    err: str


@pytest.fixture
def dfaulo(monkeypatch, capsys, own, tmp_path):
    """Runs the command in ``tmp_path`` beside the user's module; options are those of a sound call, changed by name."""
    monkeypatch.syspath_prepend(str(own.checkpoint.parent))

    def run(*more: object, **options: object) -> Answer:
        sound = {
            "dataset": own.root,
            "model": own.checkpoint,
            "arch": "ownnet:Net",
            "img_size": "(8,8,1)",
            "retrain_epoch": 6,
            "output": tmp_path / "results",
        }
        arguments = [
            part
            for name, value in {**sound, **options}.items()
            if value is not None
            for part in (f"--{name}", str(value))
        ]
        monkeypatch.setattr(sys, "argv", ["faultloc", "dfaulo", *arguments, *map(str, more)])
        with pytest.raises(SystemExit) as ended:
            cli.main()
        said = capsys.readouterr()
        assert "Traceback" not in said.err
        return Answer(int(ended.value.code or 0), said.out, said.err)

    return run


def ranking(folder: Path) -> list[dict[str, str]]:
    with (folder / "ranking.csv").open(newline="") as file:
        return list(csv.DictReader(file))


def test_the_wrong_labels_of_a_folder_head_the_list(dfaulo, own, tmp_path):
    answer = dfaulo()
    assert answer.code == 0, answer.err
    first = [row["sample_id"] for row in ranking(tmp_path / "results")[:FAULTS]]
    assert len(own.wrong.intersection(first)) > 0.8 * FAULTS
    # The model has learned some of the wrong labels, which is said; the inputs alone count them all the same.
    summary = json.loads((tmp_path / "results/summary.json").read_text())
    assert 0.6 * FAULTS < summary["expected_faults"] < 1.4 * FAULTS
    assert f"About {summary['expected_faults']} of {SAMPLES} samples look faulty" in answer.out
    assert "learned its wrong labels by heart" in answer.out
    assert "0=0, 1=1" in answer.out
    assert "The model agrees with" in answer.out
    for name in (
        "ranking.csv",
        "ranking.parquet",
        "report.html",
        "summary.json",
        "run.json",
        "mutants/mutant_1.safetensors",
    ):
        assert (tmp_path / "results" / name).exists(), name
    top = ranking(tmp_path / "results")[0]
    assert (tmp_path / f"results/located/1_label_{top['given_label']}.png").exists()
    assert "located/ the pictures of the top" in answer.out
    assert load_results(tmp_path / "results").summary["samples"] == SAMPLES
    assert load_results(tmp_path / "results").run["command"] == "dfaulo"
    written = {path for pattern in WRITTEN for path in (tmp_path / "results").glob(pattern)}
    assert written == {*(tmp_path / "results").iterdir()}
    page = (tmp_path / "results/report.html").read_text()
    assert "faultloc review" in page
    assert "ownnet" in page or "model.pth" in page


def test_files_that_are_somebody_elses_are_not_overwritten(dfaulo, tmp_path):
    (tmp_path / "results").mkdir()
    (tmp_path / "results/summary.json").write_text("mine")
    answer = dfaulo()
    assert answer.code == 1
    assert "has summary.json, which `faultloc dfaulo` has not written" in answer.err
    assert [path.name for path in (tmp_path / "results").iterdir()] == ["summary.json"]


def test_a_training_record_is_kept_with_the_evidence_and_trains_no_mutant_again(dfaulo, own, tmp_path, monkeypatch):
    dfaulo()
    dataset = load_results(tmp_path / "results").dataset
    before = (tmp_path / "results/ranking.csv").read_bytes()
    recorder = MarginRecorder(SAMPLES)
    logits = torch.arange(SAMPLES * 10).reshape(SAMPLES, 10) % 17 / 4
    recorder.record(np.arange(SAMPLES), logits, dataset.labels)
    recorder.save(tmp_path / "training.npz")
    monkeypatch.setattr("faultloc.own.dfaulo.run.ask_mutants", lambda *_, **__: pytest.fail("trained again"))
    answer = dfaulo(**{"training-record": tmp_path / "training.npz"})
    assert answer.code == 0, answer.err
    kept = load_results(tmp_path / "results")
    np.testing.assert_array_equal(kept.evidence.margins, recorder.training_record().mean_margins)
    assert kept.run["training_record"] == str(tmp_path / "training.npz")
    assert (tmp_path / "results/ranking.csv").read_bytes() == before
    dfaulo()
    assert load_results(tmp_path / "results").evidence.margins is None


def test_a_training_record_of_other_samples_is_one_sentence(dfaulo, tmp_path):
    recorder = MarginRecorder(3)
    recorder.record([0, 1, 2], torch.eye(3), [0, 1, 2])
    recorder.save(tmp_path / "training.npz")
    answer = dfaulo(**{"training-record": tmp_path / "training.npz"})
    assert answer.code == 1
    assert "the training record is of 3 samples, and the data set has 600" in answer.err
    answer = dfaulo(scorer="paper", **{"training-record": tmp_path / "training.npz"})
    assert answer.code == 1
    assert "--training-record is given with --scorer paper" in answer.err


def test_dashes_and_underscores_are_the_same(dfaulo):
    assert dfaulo(img_size=None, retrain_epoch=None, **{"img-size": "8x8x1", "retrain-epoch": 3}).code == 0


def test_the_same_call_takes_up_what_is_there(dfaulo, tmp_path, monkeypatch):
    dfaulo()
    before = (tmp_path / "results/ranking.csv").read_bytes()
    monkeypatch.setattr("faultloc.own.dfaulo.run.ask_mutants", lambda *_, **__: pytest.fail("trained again"))
    again = dfaulo()
    assert "nothing is decoded again" in again.out
    assert "no mutant is trained again" in again.out
    assert (tmp_path / "results/ranking.csv").read_bytes() == before


@pytest.mark.parametrize(
    "change", [*(pytest.param(one, marks=pytest.mark.exhaustive) for one in ("epochs", "seed")), "weights"]
)
def test_a_changed_option_or_weight_trains_again(dfaulo, own, tmp_path, change):
    dfaulo()
    before = ranking(tmp_path / "results")
    options: dict[str, object] = {"retrain_epoch": 7} if change == "epochs" else {"seed": 1}
    if change == "weights":
        from ownnet import Net

        torch.manual_seed(0)
        loaded = torch.load(own.checkpoint, weights_only=False, map_location="cpu", pickle_module=_as_ownnet())
        net = Net()
        net.load_state_dict(loaded["model"].state_dict())
        with torch.no_grad():
            net.fc1.weight[0] += 0.5
        torch.save(net.state_dict(), tmp_path / "changed.pth")
        options = {"model": tmp_path / "changed.pth"}
    again = dfaulo(**options)
    assert again.code == 0, again.err
    assert "nothing is decoded again" in again.out
    assert "no mutant is trained again" not in again.out
    assert ranking(tmp_path / "results") != before


def _as_ownnet():
    """Pickle, but classes of the script that was `__main__` are found in its module; for the test's own file only."""
    import pickle
    import types

    class Unpickler(pickle.Unpickler):
        def find_class(self, module, name):
            return super().find_class("ownnet" if module == "__main__" else module, name)

    return types.SimpleNamespace(Unpickler=Unpickler, load=pickle.load, loads=pickle.loads, __name__="pickle")


def test_a_test_set_is_judged_too(dfaulo, own, tmp_path):
    dfaulo()
    page = (tmp_path / "results/report.html").read_text()
    assert "of the test set" in page


def test_the_optimizer_and_its_schedule_are_taken_from_the_checkpoint(dfaulo, tmp_path):
    answer = dfaulo(scorer="paper", retrain_epoch=1, retrain_bs=32)
    assert answer.code == 0, answer.err
    assert "SGD, lr 0.1, StepLR" in answer.out
    assert len(list((tmp_path / "results/mutants").glob("*.safetensors"))) == 3
    assert [*ranking(tmp_path / "results")[0]] == [
        "rank",
        "sample_id",
        "given_label",
        "predicted_label",
        "suspiciousness",
    ]


def test_the_papers_mutants_are_really_trained(dfaulo, own, tmp_path):
    from safetensors.torch import load_file

    dfaulo(scorer="paper", retrain_epoch=1)
    mutants = [load_file(path) for path in sorted((tmp_path / "results/mutants").glob("*.safetensors"))]
    assert not torch.equal(mutants[0]["fc1.weight"], mutants[1]["fc1.weight"])
    assert not torch.equal(mutants[1]["fc1.weight"], mutants[2]["fc1.weight"])


def test_a_state_dict_and_a_script_give_the_same_list(dfaulo, own, tmp_path):
    dfaulo(output=tmp_path / "whole")
    loaded = torch.load(own.checkpoint, weights_only=False, pickle_module=_as_ownnet())
    torch.save(loaded["model"].state_dict(), tmp_path / "weights.pth")
    save_weights(tmp_path / "weights.safetensors", loaded["model"].state_dict())
    for name in ("weights.pth", "weights.safetensors"):
        answer = dfaulo(model=tmp_path / name, output=tmp_path / name.replace(".", "_"))
        assert answer.code == 0, answer.err
        assert ranking(tmp_path / name.replace(".", "_")) == ranking(tmp_path / "whole")


def test_normalised_inputs_reach_the_model(dfaulo, own, tmp_path):
    answer = dfaulo(mean="0.5", std="0.5")
    assert answer.code == 0, answer.err
    assert json.loads((tmp_path / "results/run.json").read_text())["model"]["mean"] == [0.5]
    wrong = dfaulo(mean="0.5,0.5", std="0.5,0.5", output=tmp_path / "other")
    assert wrong.code == 1
    assert "the images 1" in wrong.err
    alone = dfaulo(mean="0.5", output=tmp_path / "other")
    assert alone.code == 1
    assert "--mean is given and --std is not; expected both" in alone.err


def test_options_may_come_from_a_file(dfaulo, tmp_path):
    (tmp_path / "options.json").write_text(
        json.dumps({"img_size": [8, 8, 1], "mean": [0.5], "std": [0.5], "top_ratio": 0.1})
    )
    answer = dfaulo(img_size=None, args=tmp_path / "options.json")
    assert answer.code == 0, answer.err
    assert len(list((tmp_path / "results/located").iterdir())) == 60


def test_colour_pictures_of_different_sizes_and_a_network_with_normalisation(dfaulo, tmp_path):
    rng = np.random.default_rng(0)
    for label in range(2):
        folder = tmp_path / f"photos/train/{('cat', 'dog')[label]}"
        folder.mkdir(parents=True)
        for index in range(60):
            width, height = rng.integers(20, 40, 2)
            pixels = rng.integers(0, 100, (height, width, 3)) + 120 * label * np.array([1, 0, 0])
            Image.fromarray(pixels.astype(np.uint8)).save(folder / f"{index}.{('png', 'jpg')[index % 2]}")
    code = (
        "import torch; from faultloc.subject.architectures import ResNet20; from torch import nn\n"
        "class Small(nn.Module):\n"
        "    def __init__(self):\n"
        "        super().__init__()\n"
        "        self.body = nn.Sequential(nn.Conv2d(3, 8, 3, 2), nn.BatchNorm2d(8), nn.ReLU(),\n"
        "            nn.AdaptiveAvgPool2d(1))\n"
        "        self.fc = nn.Linear(8, 2)\n"
        "    def forward(self, x): return self.fc(self.body(x).flatten(1))\n"
    )
    (tmp_path / "photonet.py").write_text(code)
    sys.path.insert(0, str(tmp_path))
    try:
        from photonet import Small
    finally:
        sys.path.remove(str(tmp_path))
    torch.manual_seed(0)
    network = Small()
    reds = torch.rand(64, 3, 16, 16) * 0.4
    labels = torch.arange(64) % 2
    reds[labels == 1, 0] += 0.45
    optimizer = torch.optim.Adam(network.parameters(), 0.01)
    for _ in range(60):
        optimizer.zero_grad()
        torch.nn.functional.cross_entropy(network(reds), labels).backward()
        optimizer.step()
    torch.save(network, tmp_path / "photo.pth")
    sizes = dfaulo(dataset=tmp_path / "photos", model=tmp_path / "photo.pth", arch="photonet:Small", img_size=None)
    assert sizes.code == 1
    assert "--img_size" in sizes.err
    answer = dfaulo(
        dataset=tmp_path / "photos", model=tmp_path / "photo.pth", arch="photonet:Small", img_size="(16,16,3)"
    )
    assert answer.code == 0, answer.err
    assert "by their sorted names: 0=cat, 1=dog" in answer.out


def test_texts_of_a_table(dfaulo, tmp_path):
    from faultloc.subject.architectures import RecurrentClassifier
    from faultloc.subject.recipe import TrainingRecipe
    from faultloc.subject.training import train_network

    rng = np.random.default_rng(0)
    words = ["[PAD]", "[UNK]", *(f"w{number}" for number in range(40))]
    tokens, labels = rng.integers(2, 22, (300, 8)), np.arange(300) % 2
    tokens[labels == 1] += 20
    with (tmp_path / "texts.csv").open("w", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(["text", "label"])
        for row, label in zip(tokens, labels, strict=True):
            writer.writerow(
                [" ".join(words[token] for token in row), ("low", "high")[1 - label if row[0] == 5 else label]]
            )
    (tmp_path / "words.json").write_text(json.dumps(words))
    network = RecurrentClassifier(vocabulary_size=42, num_classes=2)
    inputs = torch.from_numpy(np.pad(tokens, ((0, 0), (0, 4))).astype(np.int32))
    train_network(
        network, inputs, 1 - labels.astype(np.int64), np.arange(300), TrainingRecipe("Adam", 4, 32, {"lr": 0.01}),
        torch.Generator().manual_seed(0),
    )  # fmt: skip
    torch.save(network.state_dict(), tmp_path / "lstm.pth")
    answer = dfaulo(
        dataset=tmp_path / "texts.csv", model=tmp_path / "lstm.pth", img_size=None, max_tokens=12,
        arch="faultloc.subject.architectures:RecurrentClassifier", vocabulary=tmp_path / "words.json",
    )  # fmt: skip
    assert answer.code == 0, answer.err
    assert "300 texts in 2 classes" in answer.out
    assert not (tmp_path / "results/located").exists()
    assert "ranking.csv for programs\n" in answer.out
    assert "w" in (tmp_path / "results/report.html").read_text()


def test_a_wrong_order_of_classes_is_said_and_nothing_is_trained(dfaulo, tmp_path, monkeypatch):
    (tmp_path / "classes.json").write_text(json.dumps([str(number) for number in (1, 2, 3, 4, 5, 6, 7, 8, 9, 0)]))
    answer = dfaulo(classes=tmp_path / "classes.json")
    assert answer.code == 1
    assert "order of the classes is probably wrong" in answer.err
    assert not (tmp_path / "results/ranking.csv").exists()


def test_an_interrupted_run_keeps_what_is_decoded(dfaulo, tmp_path, monkeypatch):
    def interrupted(*_, **__):
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr("faultloc.own.dfaulo.run.ask_mutants", interrupted)
        answer = dfaulo()
    assert answer.code == 130
    assert "the same command carries on from there" in answer.err
    assert "nothing is decoded again" in dfaulo().out


def test_a_full_disk_is_one_sentence_and_loses_nothing(dfaulo, own, tmp_path, monkeypatch):
    def full(*_, **__):
        raise OSError(28, "No space left on device", "results/evidence/seen.npy")

    with monkeypatch.context() as patch:
        patch.setattr("faultloc.own.dfaulo.evidence_cache.save_evidence", full)
        answer = dfaulo()
    assert answer.code == 1
    assert "no space left on the device" in answer.err
    assert "nothing is decoded again" in dfaulo().out


def test_an_output_that_cannot_be_written(dfaulo, tmp_path):
    (tmp_path / "file").write_text("")
    answer = dfaulo(output=tmp_path / "file")
    assert answer.code == 1
    assert "is a file; expected a folder for the results: give another --output" in answer.err


def test_an_output_on_a_file_system_that_takes_no_files(dfaulo):
    answer = dfaulo(output="/proc/faultloc-results")
    assert answer.code == 1
    assert "cannot be written" in answer.err and "give another --output" in answer.err


@pytest.mark.skipif(os.geteuid() == 0, reason="root may write anywhere")
def test_a_read_only_output(dfaulo, tmp_path):
    (tmp_path / "locked").mkdir(mode=0o500)
    answer = dfaulo(output=tmp_path / "locked/results")
    assert answer.code == 1
    assert "Permission denied" in answer.err


def test_verdicts_on_other_data_are_not_mixed_with_these(dfaulo, own, tmp_path):
    dfaulo()
    (tmp_path / "results/verdicts.sqlite").write_bytes(b"verdicts")
    shutil.copytree(own.root, tmp_path / "copy")
    next((tmp_path / "copy/train/3").iterdir()).unlink()
    answer = dfaulo(dataset=tmp_path / "copy")
    assert answer.code == 1
    assert "give another --output" in answer.err
    assert (tmp_path / "results/verdicts.sqlite").read_bytes() == b"verdicts"
    assert len(ranking(tmp_path / "results")) == SAMPLES


def test_damaged_files_are_skipped_and_counted(dfaulo, own, tmp_path):
    shutil.copytree(own.root, tmp_path / "copy")
    for name in sorted((tmp_path / "copy/train/3").iterdir())[:5]:
        name.write_bytes(b"")
    answer = dfaulo(dataset=tmp_path / "copy")
    assert answer.code == 0, answer.err
    assert "5 files are skipped" in answer.out
    assert len(ranking(tmp_path / "results")) == SAMPLES - 5


class Evil:
    """Runs a command when it is unpickled."""

    def __init__(self, command: str) -> None:
        self.command = command

    def __reduce__(self):
        return os.system, (self.command,)


def test_a_malicious_model_runs_nothing(dfaulo, tmp_path):
    marker = tmp_path / "marker"
    torch.save({"model": Evil(f"touch {marker}"), "optimizer": None}, tmp_path / "evil.pth")
    for arch in ("ownnet:Net", None):
        answer = dfaulo(model=tmp_path / "evil.pth", arch=arch)
        assert answer.code == 1
        assert "system" in answer.err
        assert "--arch" in answer.err
        assert "--trust-checkpoint" in answer.err
    assert not marker.exists()


@pytest.mark.parametrize(
    ("options", "code", "sentence"),
    [
        ({"dataset": "nowhere"}, 1, "nowhere does not exist"),
        ({"dataset": __file__}, 1, "columns"),
        ({"model": "nowhere.pth"}, 1, "nowhere.pth"),
        ({"img_size": "(28,28"}, 2, "no size"),
        ({"img_size": "(28,28,2)"}, 2, "1 \\(grey\\) or 3"),
        ({"img_size": "(28,28,1)"}, 1, "cannot take inputs of shape"),
        ({"retrain_epoch": 0}, 1, "--retrain_epoch"),
        ({"rm_ratio": 0.9}, 1, "--rm_ratio"),
        ({"top_ratio": 0}, 1, "--top_ratio"),
        ({"image_set": "val"}, 1, "--image_set"),
        ({"arch": None}, 1, "__main__.Net.*--arch.*--trust-checkpoint"),
        ({"arch": "ownnet:Nothing"}, 1, "ownnet"),
        ({"hook_layer": "fc9"}, 1, "no layer 'fc9'"),
        ({"device": "quantum"}, 1, "--device"),
        ({"transform": "ownnet:nothing"}, 1, "--transform"),
        ({"mean": "a,b"}, 2, "no list of numbers"),
    ],
)
def test_a_mistake_is_one_sentence(dfaulo, tmp_path, options, code, sentence):
    import re

    answer = dfaulo(**options)
    assert answer.code == code, answer
    assert re.search(sentence, answer.err), answer.err
    assert not (tmp_path / "results/ranking.csv").exists()


def test_help_is_short_and_shows_an_example(capsys, monkeypatch):
    monkeypatch.setattr(sys, "argv", ["faultloc", "--help"])
    with pytest.raises(SystemExit) as ended:
        cli.main()
    said = capsys.readouterr().out
    assert ended.value.code == 0
    assert len(said.splitlines()) < 25
    assert "faultloc dfaulo --dataset ./MNIST --model ./model.pth --img_size '(28,28,1)'" in said
