"""`faultloc idc` and `faultloc coverage` as a user types them."""

import csv
import json
import re
import shutil
import sys

import numpy as np
import pytest
import torch
from click.testing import CliRunner
from PIL import Image
from torch import nn

from faultloc.cli import faultloc
from faultloc.endings import EXPECTED
from faultloc.errors import DataError
from faultloc.methods.idc.criteria import CRITERIA
from faultloc.own.idc.run import WRITTEN

NETS = """
from torch import nn


class Net(nn.Sequential):
    def __init__(self):
        super().__init__(nn.Conv2d(1, 4, 3), nn.ReLU(), nn.Flatten(), nn.Linear(144, 8), nn.ReLU(), nn.Linear(8, 3))
"""

SMALL = """
from torch import nn


class Small(nn.Sequential):
    def __init__(self):
        super().__init__(nn.Conv2d(1, 4, 3), nn.ReLU(), nn.Flatten(), nn.Linear(144, 3))
"""

DETECTOR = """
from torch import nn


class Detector(nn.Module):
    def __init__(self):
        super().__init__()
        self.body = nn.Sequential(nn.Conv2d(1, 4, 3), nn.ReLU(), nn.Flatten(), nn.Linear(144, 8), nn.ReLU())
        self.boxes, self.scores = nn.Linear(8, 8), nn.Linear(8, 2)

    def forward(self, inputs):
        kept = self.body(inputs)
        return {"boxes": self.boxes(kept).unflatten(1, (2, 4)), "scores": self.scores(kept)}


def best_box(outputs):
    return outputs["scores"].amax(1)
"""

HEAD_FIRST = """
from torch import nn


class HeadFirst(nn.Module):
    def __init__(self):
        super().__init__()
        self.head, self.second, self.first = nn.Linear(8, 3), nn.Linear(144, 8), nn.Conv2d(1, 4, 3)

    def forward(self, inputs):
        return self.head(self.second(self.first(inputs).relu().flatten(1)).relu())
"""


@pytest.fixture(scope="module")
def own(tmp_path_factory):
    """A folder of pictures of three kinds and a network that tells them apart."""
    folder = tmp_path_factory.mktemp("own")
    rng = np.random.default_rng(0)
    for split, count in (("train", 40), ("test", 12)):
        for label in range(3):
            (folder / "shapes" / split / f"kind{label}").mkdir(parents=True)
            for index in range(count):
                pixels = rng.integers(0, 90, (8, 8))
                pixels[2 * label : 2 * label + 2] += 150
                path = folder / "shapes" / split / f"kind{label}" / f"{index:02d}.png"
                Image.fromarray(pixels.astype(np.uint8)).save(path)
    (folder / "covnets.py").write_text(NETS)
    sys.path.insert(0, str(folder))
    try:
        from covnets import Net
    finally:
        sys.path.remove(str(folder))
    torch.manual_seed(0)
    network = Net()
    files = sorted((folder / "shapes/train").rglob("*.png"))
    inputs = torch.stack([torch.from_numpy(np.array(Image.open(path)))[None].float() / 255 for path in files])
    labels = torch.tensor([int(path.parent.name[-1]) for path in files])
    optimizer = torch.optim.Adam(network.parameters(), 0.01)
    for _ in range(40):
        optimizer.zero_grad()
        nn.functional.cross_entropy(network(inputs), labels).backward()
        optimizer.step()
    torch.save(network.state_dict(), folder / "model.pth")
    return folder


@pytest.fixture
def call(own, monkeypatch, tmp_path):
    monkeypatch.syspath_prepend(str(own))

    def run(command, *more):
        needed = ["--dataset", own / "shapes", "--model", own / "model.pth", "--arch", "covnets:Net"]
        result = CliRunner().invoke(faultloc, [command, *map(str, [*needed, "--output", tmp_path / "out", *more])])
        if result.exception is not None and not isinstance(result.exception, (SystemExit, *EXPECTED)):
            raise result.exception
        return result

    return run


def snapshot(folder):
    return {path: path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def rows(path):
    with path.open() as file:
        return {row["criterion"]: row for row in csv.DictReader(file)}


def test_all_criteria_stand_in_one_table(call, tmp_path):
    answer = call("coverage")
    assert answer.exit_code == 0, answer.output
    table = rows(tmp_path / "out/coverage.csv")
    assert list(table) == list(CRITERIA)
    assert all(0 <= float(row["value"]) <= 1 for row in table.values())
    assert 1 < int(table["idc"]["total"]) <= 2**10
    assert json.loads((tmp_path / "out/run.json").read_text()) == {"command": "coverage"}


def test_the_results_of_one_command_are_not_overwritten_by_the_other(call, tmp_path):
    assert call("coverage", "--criteria", "nc").exit_code == 0
    before = snapshot(tmp_path / "out")
    answer = call("idc", "--top-m-neurons", 4)
    assert isinstance(answer.exception, DataError)
    assert "holds the results of `faultloc coverage`" in str(answer.exception)
    assert snapshot(tmp_path / "out") == before


def test_all_that_is_written_is_known_to_be_its_own(call, own, tmp_path):
    (own / "shapes/pool").mkdir(exist_ok=True)
    Image.new("L", (8, 8), 9).save(own / "shapes/pool/0.png")
    assert call("idc", "--top-m-neurons", 4, "--pool", "pool").exit_code == 0
    assert call("idc", "--top-m-neurons", 4, "--layer-by-layer", "--pool", "pool").exit_code == 0
    folder = tmp_path / "out"
    assert {path for pattern in WRITTEN for path in folder.glob(pattern)} == {*folder.iterdir()}


def test_important_neurons_are_written_and_read_back(call, tmp_path):
    first = call("idc", "--top-m-neurons", 4, "--layer-index", 1, "--attr", "lgxa")
    assert first.exit_code == 0, first.output
    before = rows(tmp_path / "out/coverage.csv")["idc"]
    scores = (tmp_path / "out/important_neurons.csv").rename(tmp_path / "scores.csv")
    again = call("idc", "--top-m-neurons", 4, "--layer-index", 1, "--csv-file", scores)
    assert again.exit_code == 0, again.output
    assert rows(tmp_path / "out/coverage.csv")["idc"] == before


def test_behind_a_scaling_the_names_are_the_users(call, tmp_path):
    answer = call("idc", "--top-m-neurons", 3, "--mean", "0.1", "--std", "1", "--use-silhouette")
    assert answer.exit_code == 0, answer.output
    names = {line.split(",")[0] for line in (tmp_path / "out/important_neurons.csv").read_text().splitlines()[1:]}
    assert names == {"0", "3", "5"}


def test_each_layer_may_be_measured_by_itself(call, tmp_path):
    answer = call("idc", "--layer-by-layer", "--top-m-neurons", 5)
    assert answer.exit_code == 0, answer.output
    table = rows(tmp_path / "out/coverage.csv")
    # The answers are no layer of their own; the first layer has four channels.
    assert {name: int(row["total"]) for name, row in table.items()} == {"idc 0": 2**4, "idc 3": 2**5}
    assert (tmp_path / "out/layer_0/report.html").exists() and (tmp_path / "out/layer_1/uncovered.csv").exists()
    for place, layer, units in ((0, "0", 4), (1, "3", 5)):
        page = (tmp_path / f"out/layer_{place}/report.html").read_text()
        assert f"combinations of what the {units} important units of the layer {layer} do" in page
        assert page.count("Importance-driven coverage") == 1
        assert f"out/layer_{place}/report.html" in answer.output


def test_of_a_network_of_few_units_all_matter_unless_more_were_asked_for(call, own, tmp_path):
    (own / "covsmall.py").write_text(SMALL)
    sys.path.insert(0, str(own))
    try:
        from covsmall import Small
    finally:
        sys.path.remove(str(own))
    torch.manual_seed(0)
    torch.save(Small().state_dict(), own / "small.pth")
    asked = ("--model", own / "small.pth", "--arch", "covsmall:Small", "--trust-classes")
    answer = call("coverage", *asked)
    assert answer.exit_code == 0, answer.output
    assert int(rows(tmp_path / "out/coverage.csv")["idc"]["total"]) == 2**4
    shutil.rmtree(tmp_path / "out")
    refused = call("idc", *asked, "--top-m-neurons", 5)
    assert "5 units are asked for, and all layers but the last have 4" in str(refused.exception)


def test_one_class_may_be_measured_and_all_are_the_default(call, tmp_path):
    attainable = {}
    for chosen in ((), ("--all-class",), ("--test-image", "kind1")):
        answer = call("idc", "--top-m-neurons", 8, "--end2end", *chosen)
        assert answer.exit_code == 0, answer.output
        attainable[chosen] = int(rows(tmp_path / "out/coverage.csv")["idc"]["attainable"])
    assert list(attainable.values()) == [36, 36, 12]


def test_a_pool_of_unlabelled_images_is_chosen_from(call, own, tmp_path):
    pool = own / "shapes/pool"
    (pool / "some").mkdir(parents=True)
    rng = np.random.default_rng(0)
    for number in range(30):  # darker and brighter than what the network was trained and tested on
        pixels = rng.integers(0, 8 * number + 8, (8, 8)).astype(np.uint8)
        Image.fromarray(pixels).save(pool / ("some" if number % 2 else ".") / f"{number:02d}.png")
    try:
        answer = call("idc", "--top-m-neurons", 10, "--use-silhouette", "--pool", "pool", "--add", 3)
    finally:
        shutil.rmtree(pool)
    assert answer.exit_code == 0, answer.output
    chosen = list(csv.DictReader((tmp_path / "out/additions.csv").open()))
    assert f"{tmp_path / 'out/additions.csv'} the {len(chosen)} image" in answer.output
    assert 1 <= len(chosen) <= 3 and all(row["sample_id"].startswith("pool/") for row in chosen)
    before = int(rows(tmp_path / "out/coverage.csv")["idc"]["covered"])
    assert [int(row["covered"]) for row in chosen] == [before + number for number in range(1, len(chosen) + 1)]
    assert "pool/" in (tmp_path / "out/report.html").read_text()


def test_attributions_may_vote(call, tmp_path):
    answer = call("idc", "--attr", "wisdom", "--top-m-neurons", 4)
    assert answer.exit_code == 0, answer.output
    scores = [float(row["Score"]) for row in csv.DictReader((tmp_path / "out/important_neurons.csv").open())]
    assert len(scores) == 12  # units of all layers but the last
    assert sum(scores) == 55 * 4  # 120 samples are four batches of 32 or fewer


def test_the_first_papers_settings_are_a_preset(call, tmp_path):
    answer = call("idc", "--preset", "deepimportance")
    assert answer.exit_code == 0, answer.output
    assert "Important units of 3: " in answer.output
    said = json.loads((tmp_path / "out/coverage.json").read_text())["coverage"]
    assert said["point"] == "after" and said["selection"] == {
        **{"scope": "layer", "layer_index": -2, "top": 6},
        "fewer_will_do": True,
    }


def test_a_model_of_several_outputs_is_measured_where_the_number_that_counts_is_named(call, own, tmp_path):
    (own / "covdetector.py").write_text(DETECTOR)
    asked = ("--arch", "covdetector:Detector", "--model", own / "detector.pth", "--top-m-neurons", 6)
    sys.path.insert(0, str(own))
    try:
        from covdetector import Detector
    finally:
        sys.path.remove(str(own))
    torch.manual_seed(0)
    torch.save(Detector().state_dict(), own / "detector.pth")
    refused = call("coverage", *asked)
    assert refused.exit_code != 0 and "expected" in f"{refused.exception}"
    answer = call("coverage", *asked, "--target", "covdetector:best_box", "--attr", "lgxa")
    assert answer.exit_code == 0, answer.output
    assert "Left out: lsc (the model does not answer with classes); dsc (" in answer.output
    assert int(rows(tmp_path / "out/coverage.csv")["idc"]["covered"]) >= 1


def test_what_an_earlier_call_left_does_not_stay(call, tmp_path):
    call("idc", "--layer-by-layer", "--top-m-neurons", 3)
    assert (tmp_path / "out/layer_1/uncovered.csv").exists()
    call("idc", "--top-m-neurons", 3)
    assert (tmp_path / "out/uncovered.csv").exists() and not list((tmp_path / "out").glob("layer_*"))
    shutil.rmtree(tmp_path / "out")
    call("coverage", "--criteria", "idc")
    assert (tmp_path / "out/uncovered.csv").exists()
    call("coverage", "--criteria", "nc")
    assert not (tmp_path / "out/uncovered.csv").exists() and not (tmp_path / "out/important_neurons.csv").exists()


def test_a_criterion_that_cannot_be_measured_leaves_the_others(call, own, tmp_path):
    weights = torch.load(own / "model.pth", weights_only=True)
    torch.save({**weights, "5.bias": torch.tensor([50.0, 0.0, 0.0])}, own / "one_answer.pth")
    answer = call("coverage", "--model", own / "one_answer.pth", "--criteria", "nc,kmnc,dsc")
    assert answer.exit_code == 0, answer.output
    assert list(rows(tmp_path / "out/coverage.csv")) == ["nc", "kmnc"]
    assert "Left out: dsc (all training samples are of class" in answer.output


def test_the_last_layer_is_the_one_that_is_called_last(call, own, tmp_path):
    (own / "covheadfirst.py").write_text(HEAD_FIRST)
    weights = torch.load(own / "model.pth", weights_only=True)
    names = {"0": "first", "3": "second", "5": "head"}
    renamed = {f"{names[name.split('.')[0]]}.{name.split('.')[1]}": value for name, value in weights.items()}
    torch.save(renamed, own / "head_first.pth")
    found = []
    for asked in ((), ("--arch", "covheadfirst:HeadFirst", "--model", own / "head_first.pth")):
        answer = call("idc", "--top-m-neurons", 6, *asked)
        assert answer.exit_code == 0, answer.output
        found.append(rows(tmp_path / "out/coverage.csv")["idc"])
    assert found[0] == found[1]


def test_another_shape_in_the_test_set_is_one_sentence(call, own):
    folder = own / "shapes/wide/kind0"
    folder.mkdir(parents=True)
    Image.fromarray(np.zeros((8, 12), np.uint8)).save(folder / "0.png")
    answer = call("coverage", "--test_set", "wide")
    assert "the samples of wide have the shape [1, 8, 12], those of the training set [1, 8, 8]" in str(answer.exception)


@pytest.mark.parametrize(
    ("table", "sentence"),
    [
        ("3,1,nan", "line 2 of .* has the score nan"),
        ("3,1,2\n3,1,4", "line 3 of .* has unit 1 of '3' once more"),
        ("3,1,2", "names 1 units; expected at least 4"),
    ],
)
def test_a_table_of_scores_that_says_too_little_is_refused(call, tmp_path, table, sentence):
    (tmp_path / "scores.csv").write_text(f"LayerName,NeuronIndex,Score\n{table}\n")
    answer = call("idc", "--csv-file", tmp_path / "scores.csv", "--top-m-neurons", 4)
    assert answer.exit_code != 0
    assert re.search(sentence, str(answer.exception))


@pytest.mark.parametrize(
    ("command", "more", "sentence"),
    [
        ("idc", ("--layer-index", 7), "the layer index is 7; expected one of: 0=0, 1=3, 2=5"),
        ("idc", ("--top-m-neurons", 99), "99 units are asked for, and all layers but the last have 12"),
        ("idc", ("--top-m-neurons", 0), "--top-m-neurons is 0"),
        ("idc", ("--n-cluster", 1), "--n-cluster is 1"),
        ("idc", ("--attr", "lrpp", "--model", "none.pth"), "--attr is 'lrpp'; expected one of: lrp"),
        ("idc", ("--csv-file", "nowhere.csv"), "nowhere.csv"),
        ("idc", ("--end2end", "--layer-index", 1), "--layer-index and --end2end are given, which exclude each other"),
        ("idc", ("--all-class", "--test-image", "kind1"), "--all-class and --test-image are given"),
        ("idc", ("--n-cluster", 3, "--use-silhouette"), "--use-silhouette and --n-cluster are given"),
        ("idc", ("--test-image", "plane"), "--test-image is plane; expected one of the classes: kind0, kind1, kind2"),
        ("idc", ("--pool", "spare"), "spare does not exist: expected images in it"),
        ("idc", ("--add", 0), "--add is 0"),
        ("idc", ("--add", 20), "--add is given without --pool; expected it beside the --pool"),
        ("coverage", ("--add", 5), "--add is given without --pool"),
        ("idc", ("--target", "covnets"), "--target 'covnets' names no function"),
        ("coverage", ("--criteria", "nc,best"), "no criterion 'best'; expected some of: nc"),
        ("coverage", ("--criteria", ","), "no criterion is named"),
        ("coverage", ("--test_set", "held_out"), "has no folder held_out; expected a test set"),
    ],
)
def test_a_mistake_is_one_sentence(call, command, more, sentence):
    answer = call(command, *more)
    assert answer.exit_code != 0
    assert re.search(sentence, f"{answer.exception} {answer.output}")
