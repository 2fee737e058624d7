"""Data and a model of one's own, brought to any method."""

import subprocess
import sys
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import pytest
import torch
from PIL import Image

from faultloc.errors import ConfigError, DataError, ModelError
from faultloc.io.examined import examined_data
from faultloc.io.stores.dataset_store import find_split
from faultloc.own.brought import Brought, bring
from faultloc.own.options import DataOptions, ModelOptions
from faultloc.subject.architectures import LeNet1
from faultloc.subject.batches import as_model_input, as_tensor

SETS = {"train": 4, "test": 2, "improvement": 3}
CLASSES = ("give way", "stop")


@dataclass
class Signs:
    """A user's folder and model file, and what was said while they were read."""

    data: DataOptions
    model: ModelOptions
    output: Path
    said: list[str]

    def bring(self, **changed: object) -> Brought:
        self.said.clear()
        return bring(replace(self.data, **changed), self.model, self.output, self.said.append)


@pytest.fixture
def signs(tmp_path) -> Signs:
    number = 0
    for name, count in SETS.items():
        for label in CLASSES:
            (tmp_path / "signs" / name / label).mkdir(parents=True)
            for index in range(count):
                number += 1
                Image.new("L", (16, 16), number).save(tmp_path / "signs" / name / label / f"{index}.png")
    torch.save({"model": LeNet1(num_classes=2, input_shape=[1, 16, 16])}, tmp_path / "signs.pth")
    model = ModelOptions(str(tmp_path / "signs.pth"), device="cpu")
    return Signs(DataOptions(tmp_path / "signs"), model, tmp_path / "results", [])


def test_every_set_that_is_named_lies_on_disk_with_its_labels(signs):
    splits = signs.bring(improvement_set="improvement").splits
    assert {name: len(part) for name, part in splits.named().items()} == {"train": 8, "test": 4, "improvement": 6}
    for name, part in splits.named().items():
        assert isinstance(part.inputs, np.memmap)
        assert part.labels.tolist() == [0] * SETS[name] + [1] * SETS[name]
        assert part.sample_ids[-1] == f"{name}/stop/{SETS[name] - 1}.png"
        assert len(find_split(signs.output / "dataset", name)) == len(part)


def test_a_set_for_improvement_is_read_only_where_the_method_asks_for_it(signs):
    assert signs.bring().splits.improvement is None


def test_a_set_that_does_not_exist_is_none_where_nobody_names_it(signs):
    (signs.data.dataset / "test").rename(signs.data.dataset / "held out")
    assert [*signs.bring(improvement_set="more").splits.named()] == ["train"]
    assert [*signs.bring(test_set="held out").splits.named()] == ["train", "test"]


@pytest.mark.parametrize(
    ("name", "sentence"),
    [
        ("held out", r"signs has no folder held out; expected the held-out set there.*--test_set names it: mend"),
        ("train", r"--test_set is 'train' and --image_set 'train', the same folder; expected .* other samples"),
        ("../signs/train", r"--test_set is '../signs/train' and --image_set 'train', the same folder"),
    ],
)
def test_a_held_out_set_that_is_named_is_there_and_another_one(signs, name, sentence):
    with pytest.raises(DataError, match=sentence):
        signs.bring(test_set=name)
    assert not (signs.output / "dataset").exists()


def test_a_table_has_no_held_out_set(signs):
    table = signs.data.dataset / "signs.csv"
    table.write_text("path,label\ntrain/stop/0.png,stop\n")
    with pytest.raises(DataError, match=r"--test_set is 'test', and .*signs.csv is a table, which has no sets"):
        signs.bring(dataset=table, test_set="test")


def test_the_set_for_improvement_is_recorded(signs):
    record = signs.bring(improvement_set="improvement").record
    assert examined_data(record, signs.output).improvement_set == "improvement"


def test_the_network_takes_images_between_0_and_1_and_scales_them_itself(signs):
    plain = signs.bring()
    inputs = as_model_input(as_tensor(plain.splits.train.inputs, plain.device))
    signs.model = replace(signs.model, mean=[0.5], std=[0.25])
    with torch.no_grad():
        torch.testing.assert_close(signs.bring().network(inputs), plain.network((inputs - 0.5) / 0.25))


def test_a_scaling_of_other_images_is_named_by_its_options(signs):
    signs.model = replace(signs.model, mean=[0.5, 0.4, 0.3], std=[1, 1, 1])
    with pytest.raises(ConfigError, match="--mean and --std have 3 numbers each, and the images 1 channel;"):
        signs.bring()


def test_what_was_found_is_said_line_by_line(signs):
    brought = signs.bring()
    assert [line.split(":")[0] for line in signs.said] == ["Data", "Model", "Classes, by their sorted names"]
    assert brought.about["Data"].endswith("signs/train, 8 images in 2 classes")
    assert brought.about["Classes"] == "0=give way, 1=stop (by their sorted names)"


def test_the_same_data_are_not_decoded_again(signs):
    first = signs.bring(improvement_set="improvement")
    again = signs.bring(improvement_set="improvement")
    assert signs.said[-1] == "The data are as in the last run: nothing is decoded again."
    assert again.digest == first.digest


def test_a_changed_picture_in_the_set_for_improvement_changes_the_digest(signs):
    first = signs.bring(improvement_set="improvement")
    Image.new("L", (16, 16), 200).save(signs.data.dataset / "improvement/stop/0.png")
    assert signs.bring(improvement_set="improvement").digest != first.digest


def test_results_with_verdicts_are_not_mixed_with_other_data(signs):
    signs.bring()
    (signs.output / "verdicts.sqlite").write_bytes(b"verdicts")
    with pytest.raises(DataError, match=r"as other options read them \(such as --img_size.*give another --output"):
        signs.bring(improvement_set="improvement")


def test_where_the_first_image_is_the_odd_one_the_sizes_are_told_and_not_the_model_blamed(signs):
    odd = signs.data.dataset / "train/give way/0.png"
    Image.new("L", (12, 9), 7).save(odd)
    with pytest.raises(DataError, match=f"{odd} is 12x9 and .*png is 16x16: .*give --img_size"):
        signs.bring()


def test_a_model_for_inputs_of_another_size_names_the_option_that_changes_it(signs):
    with pytest.raises(ModelError, match=r"cannot take inputs of shape \(1, 9, 9\).*takes \(--img_size\)$"):
        signs.bring(img_size=(9, 9, 1))


@pytest.mark.parametrize(("name", "option"), [("test", "--test_set"), ("improvement", "--improvement_set")])
def test_a_class_that_the_examined_set_lacks_is_an_error_that_names_the_option(signs, name, option):
    (signs.data.dataset / name / "stop").rename(signs.data.dataset / name / "parking")
    with pytest.raises(DataError, match=f"the class 'parking' of .*{name} is none of train/.*another {option}"):
        signs.bring(improvement_set="improvement")


def test_a_model_with_too_few_outputs_is_an_error_before_anything_is_decoded(signs, tmp_path):
    torch.save({"model": LeNet1(num_classes=1, input_shape=[1, 16, 16])}, tmp_path / "one.pth")
    signs.model = replace(signs.model, model=str(tmp_path / "one.pth"))
    (signs.data.dataset / "train" / "parking").mkdir()
    Image.new("L", (16, 16), 99).save(signs.data.dataset / "train" / "parking" / "0.png")
    with pytest.raises((DataError, ModelError), match="outputs"):
        signs.bring()
    assert not (signs.output / "dataset").exists()


def test_bringing_imports_no_method():
    code = (
        "import sys, faultloc.own.brought\n"
        "methods = [name for name in sys.modules if name.startswith('faultloc.methods.') or 'dfaulo' in name]\n"
        "assert not methods, methods"
    )
    subprocess.run([sys.executable, "-c", code], check=True)
