"""HUDD's case studies as the options that any data set and model are named by."""

from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from faultloc.errors import DataError, ModelError
from faultloc.io.case_studies.crop import centre
from faultloc.io.case_studies.layout import find_case_study
from faultloc.own.hudd.case_study import as_asked
from faultloc.own.options import DataOptions, ModelOptions


def package(folder: Path) -> Path:
    for name in ("TrainingSet", "TestSet", "ImprovementSet"):
        (folder / "DataSets" / name / "open").mkdir(parents=True)
    (folder / "DNNModels").mkdir()
    (folder / "DNNModels/X.pth").write_bytes(b"weights")
    return folder


@pytest.mark.parametrize(
    ("name", "size", "epochs"),
    [("OC", None, 10), ("GD", None, 10), ("HPD", (128, 128, 3), 13), ("TS", (256, 256, 3), 12), ("ASL", None, 13)],
)
def test_the_name_sets_architecture_size_scaling_and_epochs(tmp_path, name, size, epochs):
    folder = package(tmp_path / name)
    asked = as_asked(DataOptions(folder), ModelOptions("X.pth"), folder, "HUDD")
    assert (asked.model.model, asked.model.weights) == ("torchvision:alexnet", folder / "DNNModels/X.pth")
    assert asked.model.mean == (0.485, 0.456, 0.406)
    assert asked.data.img_size == size
    assert asked.data.transform == (None if size else "faultloc.io.case_studies.crop:centre")
    assert asked.epochs == epochs


def test_what_is_said_goes_before_what_the_name_sets(tmp_path):
    folder = package(tmp_path / "OC")
    data = DataOptions(folder, img_size=(32, 32, 1))
    asked = as_asked(data, ModelOptions("X.pth", arch="nets:Net", mean=(0.5,), std=(0.5,)), folder, "BL1")
    assert (asked.data.img_size, asked.data.transform) == ((32, 32, 1), None)
    assert (asked.model.model, asked.model.arch, asked.model.mean) == (
        str(folder / "DNNModels/X.pth"),
        "nets:Net",
        (0.5,),
    )
    assert asked.places.models == folder / "T/DNNModels_BL1"


def test_a_folder_of_another_name_has_no_scaling_of_its_own(tmp_path):
    folder = package(tmp_path / "mine")
    asked = as_asked(DataOptions(folder), ModelOptions("X.pth", arch="nets:Net"), folder, "HUDD")
    assert (asked.model.mean, asked.data.transform, asked.epochs) == (None, None, None)


def test_a_plain_data_set_is_taken_as_it_is(tmp_path):
    (tmp_path / "train").mkdir()
    asked = as_asked(DataOptions(tmp_path), ModelOptions("model.pth"), tmp_path / "out", "HUDD")
    assert (asked.data.dataset, asked.data.improvement_set) == (tmp_path, "improvement")
    assert asked.places.page == tmp_path / "out/report.html"


def test_the_improvement_set_is_found_at_both_depths(tmp_path):
    folder = package(tmp_path / "OC")
    assert find_case_study(folder).improvement_set == "ImprovementSet"
    (folder / "DataSets/ImprovementSet/ImprovementSet/open").mkdir(parents=True)
    assert find_case_study(folder).improvement_set == "ImprovementSet/ImprovementSet"


def test_a_model_may_lie_elsewhere_and_one_that_does_not_is_a_sentence(tmp_path):
    found = find_case_study(package(tmp_path / "OC"))
    (tmp_path / "other.pth").write_bytes(b"weights")
    assert found.model(str(tmp_path / "other.pth")) == tmp_path / "other.pth"
    with pytest.raises(ModelError, match=r"there are X\.pth"):
        found.model("none.pth")


def test_landmarks_without_their_keypoints_are_a_sentence(tmp_path):
    with pytest.raises(DataError, match=r"has no IEEPackage/\*\.npy"):
        find_case_study(package(tmp_path / "FLD")).require_classes()


def test_the_middle_of_a_large_image_is_taken(tmp_path):
    pixels = np.random.default_rng(0).integers(0, 256, (300, 401, 3), dtype=np.uint8)
    # (401 - 256) / 2 = 72.5, which is rounded to the even 72.
    np.testing.assert_array_equal(centre(Image.fromarray(pixels)), pixels[22:278, 72:328].transpose(2, 0, 1))


def test_a_small_image_is_padded_with_black(tmp_path):
    pixels = np.full((200, 256), 9, dtype=np.uint8)
    found = centre(Image.fromarray(pixels))
    assert found.shape == (3, 256, 256)
    assert (found[:, 28:228] == 9).all()
    assert (found[:, :28] == 0).all()
    assert (found[:, 228:] == 0).all()
