"""What all commands share that take a model and a data set: a command joins by `takes_data_and_model`."""

import json
from dataclasses import fields
from pathlib import Path

import click
import pytest
from click.testing import CliRunner

from faultloc.cli import faultloc
from faultloc.commands.options import takes_data_and_model
from faultloc.errors import DataError
from faultloc.io.stores.result_folder import COMMANDS
from faultloc.own.options import DataOptions, ModelOptions
from faultloc.own.output_place import require_apart

OF_THE_RUN = {"output", "seed", "args"}
# A method that asks for more samples to train on names their set itself.
WITHOUT_AN_OPTION = {"improvement_set", "pool_set"}


@click.command("toy")
@takes_data_and_model(
    click.option("--criteria", default="nc", help="Own."), first=[click.option("--top-m", type=int, help="Own, too.")]
)
def toy(
    data: DataOptions, model: ModelOptions, output: Path, seed: int, criteria: str, top_m: int | None
) -> tuple[DataOptions, ModelOptions, Path, int, str, int | None]:
    """Gives what it is given."""
    return data, model, output, seed, criteria, top_m


def run_toy(*arguments: object):
    """What the toy gives for ``arguments`` behind a data set and a model."""
    needed = ["--dataset", "signs", "--model", "signs.pth"]
    return CliRunner().invoke(toy, [*needed, *map(str, arguments)], standalone_mode=False)


def shared() -> dict[str, dict]:
    return {one.name: one.to_info_dict() for one in toy.params if one.name not in ("criteria", "top_m")}


def commands_with_data_and_model() -> dict[str, click.Command]:
    context = click.Context(faultloc)
    commands = {name: faultloc.get_command(context, name) for name in faultloc.list_commands(context)}
    return {
        name: command
        for name, command in commands.items()
        if {"dataset", "model"} & {parameter.name for parameter in command.params}
    }


def test_dfaulo_is_among_the_commands_with_a_model_and_a_data_set():
    assert "dfaulo" in commands_with_data_and_model()


@pytest.mark.parametrize("name", commands_with_data_and_model())
def test_every_command_with_a_model_and_a_data_set_has_the_shared_options(name):
    found = {one.name: one.to_info_dict() for one in commands_with_data_and_model()[name].params}
    for options in (expected := shared(), found):
        options["output"].pop("default")  # a folder of its own
    assert {option: found.get(option) for option in expected} == expected


def test_no_command_writes_where_another_does_by_default():
    commands = {name: faultloc.get_command(click.Context(faultloc), name) for name in COMMANDS}
    folders = [
        str(option.default) for command in commands.values() for option in command.params if option.name == "output"
    ]
    assert len(set(folders)) == len(folders) == len(COMMANDS)


def test_the_shared_options_are_the_fields_of_the_objects_and_those_of_the_run():
    of_objects = {field.name for kind in (DataOptions, ModelOptions) for field in fields(kind)} - WITHOUT_AN_OPTION
    assert set(shared()) == of_objects | OF_THE_RUN


def test_what_is_typed_arrives_in_the_objects(tmp_path):
    for name in ("weights.pth", "classes.json"):
        (tmp_path / name).write_text("")
    given = run_toy(
        *("--image_set", "seen", "--img_size", "(32,32,3)", "--classes", tmp_path / "classes.json", "--follow-links"),
        *("--arch", "nets:SignNet", "--weights", tmp_path / "weights.pth", "--trust-checkpoint", "--mean", "0.5,0.4"),
        *("--device", "cpu", "--output", tmp_path / "out", "--seed", 7, "--criteria", "kmnc", "--top-m", 10),
    )
    data, model, output, seed, criteria, top_m = given.return_value
    assert data == DataOptions(
        Path("signs"),
        image_set="seen",
        img_size=(32, 32, 3),
        classes=tmp_path / "classes.json",
        follow_links=True,
    )
    assert model == ModelOptions(
        "signs.pth",
        arch="nets:SignNet",
        weights=tmp_path / "weights.pth",
        trust_checkpoint=True,
        mean=(0.5, 0.4),
        device="cpu",
    )
    assert (output, seed, criteria, top_m) == (tmp_path / "out", 7, "kmnc", 10)


def test_what_is_not_typed_is_as_a_caller_in_python_leaves_it_out():
    data, model, output, seed, criteria, top_m = run_toy().return_value
    assert data == DataOptions(Path("signs"))
    assert model == ModelOptions("signs.pth")
    assert (output, seed, criteria, top_m) == (Path("results"), 0, "nc", None)


def test_own_options_stand_behind_the_needed_ones_and_ahead_of_the_device():
    names = [parameter.name for parameter in toy.params]
    assert names[:4] == ["dataset", "model", "img_size", "top_m"]
    assert names[-4:] == ["criteria", "device", "seed", "args"]


def test_a_file_of_options_gives_shared_and_own_ones(tmp_path):
    (tmp_path / "options.json").write_text(json.dumps({"std": [0.25], "criteria": "tknc", "img_size": [8, 8, 1]}))
    data, model, _, _, criteria, _ = run_toy("--args", tmp_path / "options.json").return_value
    assert (data.img_size, model.std, criteria) == ((8, 8, 1), (0.25,), "tknc")


def test_what_is_typed_goes_before_a_file_of_options(tmp_path):
    (tmp_path / "options.json").write_text(json.dumps({"seed": 3}))
    assert run_toy("--args", tmp_path / "options.json", "--seed", 4).return_value[3] == 4


def test_a_file_with_an_option_that_the_command_lacks_is_a_mistyped_command_line(tmp_path):
    (tmp_path / "options.json").write_text(json.dumps({"retrain_epoch": 3}))
    answer = run_toy("--args", tmp_path / "options.json")
    assert isinstance(answer.exception, click.UsageError)
    assert "holds retrain_epoch; expected options by name" in answer.exception.format_message()


@pytest.mark.parametrize("output", ["signs", "signs/train", "signs/test/new"])
@pytest.mark.parametrize("name", commands_with_data_and_model())
def test_no_command_writes_among_the_samples(name, output, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    for folder in ("train", "test"):
        (tmp_path / "signs" / folder / "stop").mkdir(parents=True)
    before = sorted(tmp_path.rglob("*"))
    arguments = [name, "--dataset", "signs", "--model", "signs.pth", "--output", output]
    answer = CliRunner().invoke(faultloc, arguments, standalone_mode=False)
    assert isinstance(answer.exception, DataError), answer.output
    assert "give another --output" in str(answer.exception)
    assert sorted(tmp_path.rglob("*")) == before


def test_a_flat_data_set_examined_from_within_is_not_given_a_class_of_results(tmp_path, monkeypatch):
    (tmp_path / "stop").mkdir()
    monkeypatch.chdir(tmp_path)
    arguments = ["dfaulo", "--dataset", ".", "--image_set", ".", "--model", "signs.pth"]
    answer = CliRunner().invoke(faultloc, arguments, standalone_mode=False)
    assert "among the samples" in str(answer.exception)
    assert [path.name for path in tmp_path.iterdir()] == ["stop"]


def test_results_may_lie_beside_the_sets(tmp_path):
    require_apart(DataOptions(tmp_path / "signs"), tmp_path / "signs/results")
    require_apart(DataOptions(tmp_path / "signs"), tmp_path)
    require_apart(DataOptions(tmp_path / "signs.csv"), tmp_path)
