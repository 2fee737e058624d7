"""Folders that transformers' `save_pretrained` writes, read by the library itself and by us."""

import json
import shutil
from pathlib import Path

import numpy as np
import pytest
import torch
from PIL import Image

from faultloc import locate_data_faults
from faultloc.errors import ClassOrderError, ModelError
from faultloc.io.models import load_model
from faultloc.io.models.image_processor import read_image_processor
from faultloc.own.brought import bring
from faultloc.own.dfaulo.settings import LocateSettings, suffix_settings
from faultloc.own.options import DataOptions, ModelOptions
from faultloc.torchvision_import import import_torchvision

NAMES = ("Snow scene", "barn", "Night scene")  # of the outputs; the folders spell them otherwise, and sort otherwise
FOLDERS = ("snow_scene", "barn", "night_scene")


@pytest.fixture(scope="module")
def transformers():
    import_torchvision("torchvision", purpose="a test")
    return pytest.importorskip("transformers")


@pytest.fixture(scope="module")
def images(tmp_path_factory) -> Path:
    """Forty pictures of each class, told apart by their brightness alone."""
    root, rng = tmp_path_factory.mktemp("scenes"), np.random.default_rng(0)
    for brightness, name in zip((215, 125, 35), FOLDERS, strict=True):
        (root / "train" / name).mkdir(parents=True)
        for index in range(40):
            pixels = rng.integers(-35, 35, (24 + index % 3, 30, 3)) + brightness
            Image.fromarray(pixels.clip(0, 255).astype(np.uint8)).save(root / "train" / name / f"{index}.png")
    return root


@pytest.fixture(scope="module")
def saved(transformers, images, tmp_path_factory) -> Path:
    """A small network trained on them by way of its image processor, and saved."""
    torch.manual_seed(0)
    folder = tmp_path_factory.mktemp("hub") / "model"
    config = transformers.ResNetConfig(
        embedding_size=8, hidden_sizes=[8], depths=[1], layer_type="basic", id2label=dict(enumerate(NAMES))
    )
    model = transformers.ResNetForImageClassification(config)
    processor = transformers.ViTImageProcessor(size={"height": 16, "width": 20}, image_mean=[0.4, 0.5, 0.6])
    paths = sorted(images.glob("train/*/*.png"))
    labels = torch.tensor([FOLDERS.index(path.parent.name) for path in paths])
    pixels = processor(images=[Image.open(path) for path in paths], return_tensors="pt")["pixel_values"]
    optimizer = torch.optim.Adam(model.parameters(), 0.02)
    for _ in range(40):
        optimizer.zero_grad()
        model(pixels, labels=labels).loss.backward()
        optimizer.step()
    model.eval().save_pretrained(folder)
    processor.save_pretrained(folder)
    return folder


def load(folder: Path, **options):
    return load_model(str(folder), arch=None, trust=False, num_classes=3, input_shape=(3, 16, 20), **options)


def same_logits(network: torch.nn.Module, other: torch.nn.Module) -> bool:
    example = torch.rand(2, 3, 16, 20, generator=torch.Generator().manual_seed(0))
    with torch.no_grad():
        return torch.allclose(network(example).logits, other(example).logits, atol=1e-5)


def test_a_folder_computes_as_the_library_reads_it_and_names_its_classes(transformers, saved):
    loaded = load(saved)
    assert same_logits(loaded.network, transformers.AutoModelForImageClassification.from_pretrained(saved))
    assert loaded.class_names == NAMES
    assert "ResNetForImageClassification" in loaded.form


def test_weights_in_several_files_are_read_by_their_index(transformers, saved, tmp_path):
    model = transformers.AutoModelForImageClassification.from_pretrained(saved)
    model.save_pretrained(tmp_path, max_shard_size="4KB")
    assert len(list(tmp_path.glob("*.safetensors"))) > 1
    assert same_logits(load(tmp_path).network, model)
    next(iter(tmp_path.glob("*.safetensors"))).unlink()
    with pytest.raises(ModelError, match="which is not beside it; copy all files"):
        load(tmp_path)


def test_half_precision_weights_are_computed_with_in_single_precision(transformers, saved, tmp_path):
    transformers.AutoModelForImageClassification.from_pretrained(saved).to(torch.bfloat16).save_pretrained(tmp_path)
    loaded = load(tmp_path)
    assert {weight.dtype for weight in loaded.network.parameters()} == {torch.float32}
    assert "bfloat16" in loaded.notes[0]


def test_images_are_prepared_as_the_librarys_own_processor_does(transformers, saved, images):
    path = next(images.glob("train/barn/*.png"))
    own = read_image_processor(saved)
    theirs = transformers.AutoImageProcessor.from_pretrained(saved)
    pixels = own(Image.open(path))
    assert pixels.dtype == np.uint8  # a quarter of the disk that floats take
    scaled = (pixels / 255 - np.array(own.mean)[:, None, None]) / np.array(own.std)[:, None, None]
    expected = theirs(images=Image.open(path), return_tensors="np")["pixel_values"][0]
    np.testing.assert_allclose(scaled, expected, atol=1e-5)


def test_an_unusual_scaling_is_left_to_the_processor(transformers, images, tmp_path):
    theirs = transformers.ViTImageProcessor(size={"height": 8, "width": 8}, rescale_factor=1 / 127.5)
    theirs.save_pretrained(tmp_path)
    own = read_image_processor(tmp_path)
    image = Image.open(next(images.glob("train/barn/*.png")))
    assert own.mean is None
    np.testing.assert_allclose(own(image), theirs(images=image, return_tensors="np")["pixel_values"][0], atol=1e-6)


def test_a_folder_brings_its_transform_and_the_order_of_its_classes(saved, images, tmp_path):
    said: list[str] = []
    brought = bring(DataOptions(images), ModelOptions(str(saved), device="cpu"), tmp_path, said.append)
    assert brought.class_order.class_names == FOLDERS
    assert any("preprocessor_config.json" in line and "16x20" in line for line in said)
    train = brought.splits.train
    with torch.no_grad():
        logits = brought.network(torch.from_numpy(train.inputs[:]).float() / 255)
    assert (logits.argmax(1).numpy() == train.labels).mean() > 0.95
    other = bring(
        DataOptions(images, img_size=(20, 16, 3)), ModelOptions(str(saved), device="cpu"), tmp_path / "b", said.append
    )
    assert "by --img_size, and not by preprocessor_config.json" in " ".join(said)
    assert other.digest != brought.digest


def test_the_python_call_takes_the_model_itself_and_its_names(transformers, saved, images):
    model = transformers.AutoModelForImageClassification.from_pretrained(saved)
    processor = transformers.AutoImageProcessor.from_pretrained(saved)
    paths = sorted(images.glob("train/*/*.png"))
    labels = np.array([FOLDERS.index(path.parent.name) for path in paths])
    labels[0] = 2  # a barn in the night
    inputs = processor(images=[Image.open(path) for path in paths], return_tensors="np")["pixel_values"]
    settings = LocateSettings(suffix=suffix_settings(epochs=3))
    with pytest.warns(UserWarning, match="'logits' is read"):
        found = locate_data_faults(model, (inputs, labels), settings=settings, device="cpu")
    assert found.ranking["given_label"][0] == "Night scene"
    assert found.ranking["index"][0] == 0
    with pytest.raises(ClassOrderError, match=r"trust_classes=True"):
        locate_data_faults(model, (inputs, (labels + 1) % 3), settings=settings, device="cpu")


@pytest.mark.parametrize("change", ["code", "text", "lacking", "no config", "no weights", "hub name"])
def test_what_cannot_be_read_so_is_one_sentence_and_no_code_is_run(transformers, saved, tmp_path, change):
    folder = tmp_path / "model"
    shutil.copytree(saved, folder)
    config = json.loads((folder / "config.json").read_text())
    if change == "code":
        config |= {"architectures": ["OwnNet"], "auto_map": {"AutoModelForImageClassification": "evil.OwnNet"}}
        (folder / "evil.py").write_text("raise SystemExit('it ran')\n")
    elif change == "text":
        config |= {"architectures": ["BertForSequenceClassification"], "model_type": "bert"}
    elif change == "lacking":
        config |= {"depths": [2]}
    elif change == "no config":
        (folder / "config.json").unlink()
    elif change == "no weights":
        (folder / "model.safetensors").unlink()
    if change != "no config":
        (folder / "config.json").write_text(json.dumps(config))
    sentences = {
        "code": "brings code of its own, and none is run",
        "text": "a model for texts",
        "lacking": "are not those of its config.json: it lacks",
        "no config": "holds weights without their network",
        "no weights": "has no file of weights",
        "hub name": "there is no file",
    }
    with pytest.raises(ModelError, match=sentences[change]):
        load(Path("google/resnet-18") if change == "hub name" else folder)
