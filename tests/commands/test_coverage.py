"""`faultloc idc` and `faultloc coverage` as a user types them."""

import csv
import re
import sys

import numpy as np
import pytest
import torch
from click.testing import CliRunner
from PIL import Image
from torch import nn

from faultloc.cli import faultloc
from faultloc.endings import EXPECTED
from faultloc.methods.idc.criteria import CRITERIA

NETS = """
from torch import nn


class Net(nn.Sequential):
    def __init__(self):
        super().__init__(nn.Conv2d(1, 4, 3), nn.ReLU(), nn.Flatten(), nn.Linear(144, 8), nn.ReLU(), nn.Linear(8, 3))
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
    assert not (tmp_path / "out/run.json").exists()  # which is what another command leaves


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


@pytest.mark.parametrize(
    ("command", "more", "sentence"),
    [
        ("idc", ("--layer-index", 7), "the layer index is 7; expected one of: 0=0, 1=3, 2=5"),
        ("idc", ("--top-m-neurons", 99), "99 units are asked for, and all layers but the last have 12"),
        ("idc", ("--top-m-neurons", 0), "--top-m-neurons is 0"),
        ("idc", ("--n-cluster", 1), "--n-cluster is 1"),
        ("idc", ("--attr", "lrpp"), "no attribution 'lrpp'"),
        ("idc", ("--csv-file", "nowhere.csv"), "nowhere.csv"),
        ("coverage", ("--criteria", "nc,best"), "no criterion 'best'; expected some of: nc"),
        ("coverage", ("--criteria", ","), "no criterion is named"),
        ("coverage", ("--test_set", "held_out"), "has no folder held_out; expected a test set"),
    ],
)
def test_a_mistake_is_one_sentence(call, command, more, sentence):
    answer = call(command, *more)
    assert answer.exit_code != 0
    assert re.search(sentence, f"{answer.exception} {answer.output}")
