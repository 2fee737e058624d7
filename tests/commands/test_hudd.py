"""`faultloc hudd` as a user types it, for folders of one's own and for those of HUDD's case studies."""

import csv
import json
import re
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
import torch
from click.testing import CliRunner, Result
from PIL import Image
from safetensors.torch import load_file
from sklearn.datasets import load_digits

from faultloc.cli import faultloc
from faultloc.commands import hudd as hudd_command
from faultloc.endings import EXPECTED
from faultloc.errors import DataError
from faultloc.io.stores.artifacts import save_json
from faultloc.methods.hudd.retraining_sets import plan_runs
from faultloc.own.hudd.options import MODE_NAMES
from faultloc.own.hudd.places import plain_places
from faultloc.subject.recipe import TrainingRecipe
from faultloc.subject.training import train_network

NETS = """
from torch import nn


class SignNet(nn.Sequential):
    def __init__(self):
        super().__init__(nn.Conv2d(1, 8, 3), nn.ReLU(), nn.Conv2d(8, 8, 3), nn.ReLU(), nn.Flatten(), nn.Linear(128, 10))


class Regressor(nn.Sequential):
    def __init__(self):
        super().__init__(nn.Flatten(0), nn.Unflatten(0, (-1, 64)), nn.Linear(64, 2), nn.Unflatten(1, (1, 2)))
"""
SETS = {"train": slice(0, 900), "test": slice(900, 1300), "improvement": slice(1300, 1797)}


@dataclass(frozen=True)
class Own:
    """A user's folder of images, the module of the network's class, its weights."""

    data: Path
    module: Path
    weights: Path


@pytest.fixture(scope="module")
def own(tmp_path_factory) -> Own:
    folder = tmp_path_factory.mktemp("own")
    images, labels = load_digits(return_X_y=True)
    pixels = (images.reshape(-1, 8, 8) * 15.9).astype(np.uint8)
    pixels[900::4] = pixels[900::4, ::-1, ::-1]  # upside down, which the network does not know
    for name, part in SETS.items():
        for index in range(*part.indices(len(labels))):
            path = folder / "signs" / name / str(labels[index]) / f"{index:04d}.png"
            path.parent.mkdir(parents=True, exist_ok=True)
            Image.fromarray(pixels[index]).save(path)
    (folder / "signnets.py").write_text(NETS)
    sys.path.insert(0, str(folder))
    try:
        from signnets import SignNet
    finally:
        sys.path.remove(str(folder))
    torch.manual_seed(0)
    network = SignNet()
    inputs, given = torch.from_numpy(pixels[:900, None]), labels[:900].astype(np.int64)
    recipe = TrainingRecipe("Adam", 8, 64, {"lr": 0.005})
    train_network(network, inputs, given, np.arange(900), recipe, torch.Generator().manual_seed(0))
    torch.save(network.state_dict(), folder / "model.pth")
    return Own(folder / "signs", folder / "signnets.py", folder / "model.pth")


Hudd = Callable[..., Result]


@pytest.fixture
def hudd(monkeypatch, own) -> Hudd:
    """Runs the command on what it is given; a mistake is an exception of those that end in a sentence."""
    monkeypatch.syspath_prepend(str(own.module.parent))

    def run(*arguments: object) -> Result:
        result = CliRunner().invoke(faultloc, ["hudd", *map(str, arguments)])
        if result.exception is not None and not isinstance(result.exception, (SystemExit, *EXPECTED)):
            raise result.exception
        return result

    return run


def sound(own: Own, output: Path, **changed: object) -> list[object]:
    options = {"dataset": own.data, "model": own.weights, "arch": "signnets:SignNet", "output": output, **changed}
    return [part for name, value in options.items() if value is not None for part in (f"--{name}", value)]


@pytest.fixture(scope="module")
def examined(own, tmp_path_factory) -> Path:
    """The results of a whole run, which no test may change."""
    output = tmp_path_factory.mktemp("whole") / "results"
    with pytest.MonkeyPatch.context() as patch:
        patch.syspath_prepend(str(own.module.parent))
        result = CliRunner().invoke(
            faultloc, ["hudd", *map(str, sound(own, output, clusters=6))], catch_exceptions=False
        )
    assert result.exit_code == 0, result.output
    return output


@pytest.fixture
def results(examined, tmp_path) -> Path:
    return Path(shutil.copytree(examined, tmp_path / "results"))


def snapshot(folder: Path) -> dict[str, bytes]:
    return {str(path.relative_to(folder)): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def test_causes_pages_tables_and_pictures_are_there(examined):
    errors = pd.read_csv(examined / "errors.csv", dtype={"sample_id": str})
    causes = pd.read_csv(examined / "causes.csv")
    assert causes["errors"].sum() == len(errors)
    assert len(causes) == 6
    for row in causes.to_dict("records"):
        pictures = sorted((examined / "causes" / str(row["cluster"])).iterdir())
        assert len(pictures) == row["errors"]
        assert pictures[0].name.endswith(Path(row["medoid"]).name)
    assert json.loads((examined / "summary.json").read_text())["root_causes"] == 6
    page = (examined / "report.html").read_text()
    assert page.count('class="cause"') == 6
    assert "mean heatmap" in page


def test_all_that_is_written_is_known_to_be_its_own(examined):
    assert {path for pattern in plain_places(examined).written for path in examined.glob(pattern)} == {
        *examined.iterdir()
    }


def test_the_results_of_another_command_are_not_overwritten(hudd, own, tmp_path):
    save_json(tmp_path / "run.json", {"command": "dfaulo"})
    (tmp_path / "report.html").write_text("page")
    answer = hudd(*sound(own, tmp_path))
    assert isinstance(answer.exception, DataError)
    assert "holds the results of `faultloc dfaulo`" in str(answer.exception)
    assert (tmp_path / "report.html").read_text() == "page"


def test_pictures_are_the_users_own_files(examined, own):
    errors = pd.read_csv(examined / "errors.csv", dtype={"sample_id": str})
    originals = {(own.data / name).read_bytes() for name in errors["sample_id"]}
    assert {path.read_bytes() for path in (examined / "causes").glob("*/*.png")} == originals


def test_the_result_tables_say_what_the_model_answers(examined, own):
    with (examined / "testResult.csv").open(newline="") as file:
        rows = list(csv.DictReader(file))
    assert list(rows[0]) == ["image", "result", "expected", "predicted", *map(str, range(10))]
    assert len(rows) == 400
    for row in rows:
        assert Path(row["image"]).parent.name == row["expected"]
        assert max(range(10), key=lambda output: float(row[str(output)])) == int(row["predicted"])
        assert row["result"] == ("Correct" if row["expected"] == row["predicted"] else "Wrong")
    errors = pd.read_csv(examined / "errors.csv", dtype={"sample_id": str})
    assert errors["sample_id"].tolist() == [row["image"] for row in rows if row["result"] == "Wrong"]
    assert len((examined / "trainResult.csv").read_text().splitlines()) == 901


def test_unsafe_images_lie_in_the_folder_of_their_cluster(examined):
    unsafe = pd.read_csv(examined / "unsafe_set.csv", dtype={"sample_id": str})
    assert unsafe["sample_id"].str.startswith("improvement/").all()
    for cluster, rows in unsafe.groupby("cluster"):
        assert len([*(examined / "unsafe_set" / str(cluster)).iterdir()]) == len(rows)


def test_the_same_call_grows_no_tree_again_and_leaves_the_same_bytes(hudd, own, results, monkeypatch):
    monkeypatch.setattr("faultloc.own.hudd.run.link_errors", lambda *_: pytest.fail("linked again"))
    hudd(*sound(own, results, clusters=6))
    before = snapshot(results)
    again = hudd(*sound(own, results, clusters=6))
    assert again.exit_code == 0, again.output
    assert "no tree is grown again" in again.output
    assert "nothing is decoded again" in again.output
    assert snapshot(results) == before


def test_another_number_of_clusters_and_another_layer_grow_no_tree_again(hudd, own, results, monkeypatch):
    monkeypatch.setattr("faultloc.own.hudd.run.link_errors", lambda *_: pytest.fail("linked again"))
    assert hudd(*sound(own, results, clusters=9, layer="0")).exit_code == 0
    summary = json.loads((results / "summary.json").read_text())
    assert (summary["root_causes"], summary["layer"]) == (9, "0")
    assert len([*(results / "causes").iterdir()]) == 9  # the folders of the earlier cut are gone


def test_more_clusters_than_errors_are_told_by_the_option(hudd, own, results):
    answer = hudd(*sound(own, results, clusters=900))
    assert str(answer.exception).startswith("900 clusters are asked for (--clusters) and there are")


def test_another_preset_reads_the_model_again(hudd, own, results):
    again = hudd(*sound(own, results, preset="heatmaps", clusters=6))
    assert again.exit_code == 0, again.output
    assert "no tree is grown again" not in again.output


def test_retraining_stores_weights_that_the_users_class_takes_and_says_what_may_be_claimed(hudd, own, results):
    answer = hudd(*sound(own, results, clusters=6), "--retrain", "--runs", 2, "--epochs", 1)
    assert answer.exit_code == 0, answer.output
    assert "HUDD is not shown to be better than BL1 and BL2" in answer.output  # two runs never show it
    assert "nothing is shown to be gained" in (results / "report.html").read_text()
    files = sorted(path.name for path in (results / "models").glob("*.pth"))
    assert [name.split("_")[0] for name in files] == ["BL1"] * 2 + ["BL2"] * 2 + ["ENTROPY"] * 2 + ["HUDD"] * 2
    from signnets import SignNet

    for name in files:
        weights = torch.load(results / "models" / name, weights_only=True)
        SignNet().load_state_dict(weights)
        stored = load_file(results / "models" / name.replace(".pth", ".safetensors"))
        assert all(torch.equal(weights[key], stored[key]) for key in weights)


def test_an_interrupted_retraining_goes_on_where_it_was(hudd, own, results, monkeypatch):
    from faultloc.own.hudd.retraining import KeptRuns

    call = [*sound(own, results, clusters=6), "--retrain", "--runs", 1, "--epochs", 1]
    whole = Path(shutil.copytree(results, results.with_name("whole")))
    hudd(*sound(own, whole, clusters=6), *call[len(sound(own, results, clusters=6)) :])
    kept = KeptRuns.keep

    def keep_one(self, done):
        kept(self, done)
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(KeptRuns, "keep", keep_one)
        assert hudd(*call).exit_code != 0
    assert len([*(results / "models").glob("*.pth")]) == 1
    trained = []
    monkeypatch.setattr(KeptRuns, "keep", lambda self, done: (trained.append(done.name), kept(self, done)))
    assert hudd(*call).exit_code == 0
    assert trained == ["bl1", "bl2", "entropy"]
    assert {path.name for path in (results / "models").iterdir()} == {
        path.name for path in (whole / "models").iterdir()
    }


def test_a_mode_is_trained_alone_and_nothing_is_claimed(hudd, own, results):
    answer = hudd(*sound(own, results, clusters=6, mode="BL2"), "--retrain", "--runs", 1, "--epochs", 1)
    assert answer.exit_code == 0, answer.output
    assert {path.name.split("_")[0] for path in (results / "models").glob("*.pth")} == {"BL2"}
    assert "were not both tried" in answer.output


def test_a_way_of_which_a_run_cannot_be_made_is_not_compared(hudd, own, results, monkeypatch):
    def one_run_of_bl1(*arguments, **options):
        for plan in plan_runs(*arguments, **options):
            if (plan.name, plan.run) == ("bl1", 1):
                raise DataError("the model is right about all, so that bl1 has none to train on")
            yield plan

    monkeypatch.setattr("faultloc.own.hudd.retraining.plan_runs", one_run_of_bl1)
    answer = hudd(*sound(own, results, clusters=6), "--retrain", "--runs", 2, "--epochs", 1)
    assert answer.exit_code == 0, answer.output
    assert re.search(r"^BL1: accuracy \S+ after 1 run$", answer.output, re.M)
    assert "1 of 2 runs of BL1 could not be made, so that it is not compared: " in answer.output
    assert "so that BL1 has none" in answer.output
    assert "against BL2" in answer.output and "against BL1" not in answer.output


def test_weights_trained_with_other_settings_do_not_stay_among_the_new_ones(hudd, own, results):
    call = [*sound(own, results, clusters=6, mode="BL2"), "--retrain", "--runs", 1, "--epochs"]
    assert hudd(*call, 1).exit_code == 0
    mine = results / "models/mine.pth"
    mine.write_bytes(b"weights of the user's own")
    assert hudd(*call, 3).exit_code == 0
    assert len([*(results / "models").glob("BL2_0_*.pth")]) == 1
    assert mine.exists()


def test_an_unsafe_set_of_an_earlier_run_does_not_stay(hudd, own, results, tmp_path):
    shutil.rmtree(change(own, tmp_path) / "improvement")
    assert (results / "unsafe_set").exists()
    assert hudd(*sound(own, results, dataset=tmp_path / "signs", clusters=4)).exit_code == 0
    assert not (results / "unsafe_set").exists()
    assert not (results / "unsafe_set.csv").exists()


def test_the_modes_that_may_be_typed_are_those_that_there_are():
    (mode,) = (one for one in hudd_command.command.params if one.name == "mode")
    assert list(mode.type.choices) == list(MODE_NAMES)


@pytest.mark.exhaustive
def test_a_killed_run_leaves_no_half_of_anything_and_the_same_command_ends_it(own, examined, tmp_path):
    command = [sys.executable, "-c", "import sys; from faultloc.cli import main; main()", "hudd"]
    call = [*command, *map(str, sound(own, tmp_path / "results", clusters=6))]
    environment = {"PYTHONPATH": f"{Path.cwd()}:{own.module.parent}", "PATH": "/usr/bin:/bin"}
    process = subprocess.Popen(call, env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    while process.poll() is None and not (tmp_path / "results/testResult.csv").exists():
        time.sleep(0.01)
    process.send_signal(signal.SIGKILL)
    process.wait()
    done = subprocess.run(call, env=environment, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    mine, theirs = snapshot(tmp_path / "results"), snapshot(examined)
    differ = {name for name in theirs if mine.get(name) != theirs[name]}
    assert differ <= {"report.html"}  # which names the folder of the results
    assert set(mine) == set(theirs)


def change(own: Own, tmp_path: Path) -> Path:
    return Path(shutil.copytree(own.data, tmp_path / "signs"))


def test_a_missing_test_set_is_said_before_anything_is_decoded(hudd, own, tmp_path):
    shutil.rmtree(change(own, tmp_path) / "test")
    answer = hudd(*sound(own, tmp_path / "results", dataset=tmp_path / "signs"))
    assert re.search("has no folder test; expected a test set", str(answer.exception))
    assert not (tmp_path / "results").exists()


def test_without_an_improvement_set_there_are_causes_and_no_retraining(hudd, own, tmp_path):
    shutil.rmtree(change(own, tmp_path) / "improvement")
    call = sound(own, tmp_path / "results", dataset=tmp_path / "signs", clusters=4)
    refused = hudd(*call, "--retrain")
    assert "has no folder improvement; expected more samples to train on" in str(refused.exception)
    assert hudd(*call).exit_code == 0
    assert not (tmp_path / "results/unsafe_set").exists()
    assert "no improvement set" in (tmp_path / "results/report.html").read_text()


def test_a_model_without_errors_loses_nothing(hudd, own, tmp_path):
    data = change(own, tmp_path)
    shutil.rmtree(data / "test")
    shutil.copytree(data / "train", data / "test")
    rows = pd.read_csv(_answers(hudd, own, data, tmp_path), dtype=str)
    for name in rows.loc[rows["result"] == "Wrong", "image"]:
        (data / name).unlink()
    answer = hudd(*sound(own, tmp_path / "results", dataset=data))
    assert "the model makes no errors on the" in str(answer.exception)
    assert "Wrong" not in (tmp_path / "results/testResult.csv").read_text()
    assert not (tmp_path / "results/report.html").exists()


def _answers(hudd: Hudd, own: Own, data: Path, tmp_path: Path) -> Path:
    hudd(*sound(own, tmp_path / "first", dataset=data))
    return tmp_path / "first/testResult.csv"


def test_unreadable_images_are_skipped_and_named(hudd, own, tmp_path):
    data = change(own, tmp_path)
    broken = sorted((data / "test/3").iterdir())[:3]
    for path in broken:
        path.write_bytes(b"no image")
    answer = hudd(*sound(own, tmp_path / "results", dataset=data, clusters=4))
    assert answer.exit_code == 0, answer.output
    assert "3 files are skipped" in answer.output
    assert len((tmp_path / "results/testResult.csv").read_text().splitlines()) == 398


def test_too_many_unreadable_images_are_one_sentence(hudd, own, tmp_path):
    data = change(own, tmp_path)
    for path in (data / "test/3").iterdir():
        path.write_bytes(b"no image")
    answer = hudd(*sound(own, tmp_path / "results", dataset=data))
    assert "cannot be used" in str(answer.exception)


def test_one_class_is_one_sentence(hudd, own, tmp_path):
    data = change(own, tmp_path)
    for folder in data.glob("*/*"):
        if folder.name != "3":
            shutil.rmtree(folder)
    answer = hudd(*sound(own, tmp_path / "results", dataset=data))
    assert "expected two classes or more" in str(answer.exception)


def write_turned(data: Path) -> None:
    """`parameters.csv` beside the test set: by how much each image is turned."""
    with (data / "test/parameters.csv").open("w", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(["image", "turned"])
        for path in sorted((data / "test").glob("*/*.png")):
            writer.writerow([f"{path.parent.name}/{path.name}", 180 if int(path.stem) % 4 == 0 else 0])


def test_parameters_beside_the_test_set_are_told_of_where_they_are_unusual(hudd, own, tmp_path):
    data = change(own, tmp_path)
    write_turned(data)
    (data / "test/parameters.yaml").write_text("turned: {near: [180], margin: 5}")
    answer = hudd(*sound(own, tmp_path / "results", dataset=data, clusters=4))
    assert answer.exit_code == 0, answer.output
    page = (tmp_path / "results/report.html").read_text()
    assert "turned: 180" in page and "in clusters of the same sizes by chance" in page
    unsafe = list(csv.DictReader((tmp_path / "results/unsafe_values.csv").open()))
    assert {"180"} == {row["mean"] for row in unsafe if row["is_unsafe"] == "True"}
    assert len(list(csv.DictReader((tmp_path / "results/variance_reduction.csv").open()))) == 4


@pytest.mark.parametrize(
    ("known", "sentence"),
    [
        ("turned: [", "parameters.yaml is not valid YAML"),
        ("- turned", "parameters.yaml is no list of parameters by name"),
        ("turned: {near: [180]}", "near and margin of turned in .*parameters.yaml"),
        (
            "twisted: {above: 3}",
            "says something of twisted, which is no parameter of the samples; .* turned",
        ),
    ],
)
def test_what_cannot_be_known_of_parameters_is_one_sentence(hudd, own, tmp_path, known, sentence):
    data = change(own, tmp_path)
    write_turned(data)
    (data / "test/parameters.yaml").write_text(known)
    answer = hudd(*sound(own, tmp_path / "results", dataset=data))
    assert re.search(sentence, str(answer.exception)), answer
    assert not (tmp_path / "results/report.html").exists()


@pytest.mark.parametrize(
    ("options", "sentence"),
    [
        ({"dataset": "nowhere"}, "nowhere does not exist"),
        ({"model": "nowhere.pth"}, "nowhere.pth"),
        ({"arch": "signnets:Regressor"}, "the weights in .* are not those of Regressor"),
        ({"arch": "signnets:Nothing"}, "signnets"),
        ({"layer": "conv9"}, "no layer 'conv9'"),
        ({"clusters": 399}, "399 clusters are asked for .* errors"),
        ({"preset": "best"}, "no preset 'best'"),
        ({"seed": -1}, "--seed is -1"),
        ({"encoder": "timm:resnet18"}, "--preset default reads the model; expected --preset encoder"),
        ({"encoder_weights": "resnet.pth"}, "no --encoder is named: say whose weights they are"),
        ({"preset": "encoder", "encoder": "resnet18"}, "the encoder is 'resnet18'; expected timm:NAME"),
        ({"mode": "BL1"}, "--mode BL1: of a retraining, and --retrain is not given; expected --retrain beside it"),
        ({"epochs": 3, "runs": 5}, "--runs, --epochs: of a retraining, .* beside them"),
    ],
)
def test_a_mistake_is_one_sentence(hudd, own, tmp_path, options, sentence):
    answer = hudd(*sound(own, tmp_path / "results", **options))
    assert re.search(sentence, str(answer.exception)), answer
    assert not (tmp_path / "results/report.html").exists()


def test_a_model_that_is_no_classifier_is_one_sentence(hudd, own, tmp_path):
    from signnets import Regressor

    torch.save(Regressor().state_dict(), tmp_path / "regressor.pth")
    answer = hudd(*sound(own, tmp_path / "results", model=tmp_path / "regressor.pth", arch="signnets:Regressor"))
    assert "expected logits of shape" in str(answer.exception)


@pytest.fixture
def package(own, tmp_path) -> Path:
    """The folder of a case study of one's own, laid out as HUDD's users know it."""
    folder = tmp_path / "TR_Package/Signs"
    shutil.copytree(own.data / "train", folder / "DataSets/TrainingSet")
    shutil.copytree(own.data / "test", folder / "DataSets/TestSet")
    shutil.copytree(own.data / "improvement", folder / "DataSets/ImprovementSet/ImprovementSet")
    (folder / "DNNModels").mkdir()
    shutil.copy(own.weights, folder / "DNNModels/OriginalModel.pth")
    return folder


@pytest.mark.parametrize("nested", [True, False])
def test_the_documented_call_writes_the_documented_layout(hudd, package, nested):
    improvement = package / "DataSets/ImprovementSet"
    if not nested:
        for path in (improvement / "ImprovementSet").iterdir():
            path.rename(improvement / path.name)
        (improvement / "ImprovementSet").rmdir()
    call = ("-o", package, "-m", "OriginalModel.pth", "-mode", "HUDD", "--arch", "signnets:SignNet", "--clusters", 5)
    answer = hudd(*call)
    assert answer.exit_code == 0, answer.output
    for name in ("testResult.csv", "trainResult.csv", "improveResult.csv", "report.html"):
        assert (package / name).is_file(), name
    layer = package / "T/ClusterAnalysis_HUDD/2"
    assert sorted(path.name for path in layer.iterdir()) == ["1", "2", "3", "4", "5"]
    causes = pd.read_csv(package / "T/ClusterAnalysis_HUDD/causes.csv")
    assert [len([*(layer / str(number)).iterdir()]) for number in causes["cluster"]] == causes["errors"].tolist()
    assert [*(package / "T/UnsafeSet").glob("*/*.png")]


def test_long_names_of_the_documented_options_are_read_too(hudd, package):
    call = ("--output", package, "--model", "OriginalModel.pth", "--mode", "BL1", "--arch", "signnets:SignNet")
    assert hudd(*call, "--retrain", "--runs", 1, "--epochs", 1).exit_code == 0
    (weights,) = (package / "T/DNNModels_BL1").glob("*.pth")
    assert re.fullmatch(r"BL1_0_\d+\.\d\d\.pth", weights.name)


def test_a_model_that_the_case_study_lacks_is_one_sentence_with_those_that_there_are(hudd, package):
    answer = hudd("-o", package, "-m", "Other.pth", "--arch", "signnets:SignNet")
    assert "there are OriginalModel.pth" in str(answer.exception)


def test_without_a_data_set_or_a_case_study_the_command_line_is_mistyped(hudd):
    assert "--dataset" in hudd("-m", "model.pth").output


@pytest.mark.parametrize("keypoints", [False, True])
def test_a_case_study_of_landmarks_is_one_sentence(hudd, package, keypoints):
    folder = package.rename(package.with_name("FLD"))
    if keypoints:
        (folder / "IEEPackage").mkdir()
        np.save(folder / "IEEPackage/points.npy", np.zeros((3, 2)))
    answer = hudd("-o", folder, "-m", "OriginalModel.pth")
    expected = "expected one of classes" if keypoints else "has no IEEPackage"
    assert expected in str(answer.exception)


def test_help_shows_both_calls(hudd):
    said = hudd("--help").output
    assert "faultloc hudd -o ./TR_Package/OC -m OriginalModel.pth -mode HUDD" in said
    assert "faultloc hudd --dataset ./signs --model ./model.pth --arch nets:SignNet" in said
