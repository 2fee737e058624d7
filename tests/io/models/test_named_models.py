import pytest
import torch
from safetensors.torch import save_file

from faultloc.errors import ModelError
from faultloc.io.models import load_model
from faultloc.torchvision_import import import_torchvision


def _load(model, weights=None):
    return load_model(model, arch=None, trust=False, num_classes=3, input_shape=(1, 32, 32), weights=weights)


@pytest.fixture(scope="module")
def zoo():
    return import_torchvision("torchvision.models", purpose="a test")


def test_a_torchvision_model_takes_weights_from_a_file(zoo, tmp_path):
    network = zoo.squeezenet1_1(num_classes=3).eval()
    state = torch.optim.SGD(network.parameters(), lr=0.1).state_dict()
    torch.save({"state_dict": network.state_dict(), "optimizer": state, "epoch": 9}, tmp_path / "own.pth")
    loaded = _load("torchvision:squeezenet1_1", tmp_path / "own.pth")
    images = torch.rand(2, 3, 32, 32)
    with torch.no_grad():
        assert torch.equal(loaded.network(images), network(images))
    assert not loaded.network.training
    assert (loaded.training.optimizer, loaded.training.epoch) == ("SGD", 9)


def test_a_timm_model_is_built_for_the_channels_of_the_data(zoo, tmp_path):
    import timm

    network = timm.create_model("test_resnet", num_classes=3, in_chans=1).eval()
    save_file(network.state_dict(), tmp_path / "own.safetensors")
    loaded = _load("timm:test_resnet", tmp_path / "own.safetensors")
    images = torch.rand(2, 1, 32, 32)
    with torch.no_grad():
        assert torch.equal(loaded.network(images), network(images))


@pytest.mark.parametrize("name", ["torchvision:mobilenet_v3_small", "timm:test_vit", "timm:test_efficientnet"])
def test_a_whole_model_of_a_library_is_read_without_trust(name, zoo, tmp_path):
    import timm

    library, _, bare = name.partition(":")
    network = timm.create_model(bare) if library == "timm" else zoo.get_model(bare)
    torch.save(network, tmp_path / "whole.pth")
    read = _load(str(tmp_path / "whole.pth")).network.state_dict()
    saved = network.state_dict()
    assert read.keys() == saved.keys()
    assert all(torch.equal(saved[key], read[key]) for key in saved)


def test_weights_for_other_classes_are_refused(zoo, tmp_path):
    torch.save(zoo.resnet18(num_classes=4).state_dict(), tmp_path / "own.pth")
    with pytest.raises(ModelError, match=r"fc\.weight \(stored \(4, 512\), expected \(3, 512\)\)"):
        _load("torchvision:resnet18", tmp_path / "own.pth")


@pytest.mark.parametrize(
    ("model", "message"),
    [
        ("torchvision:resnet18", "has no weights yet; expected either .*--weights.* or .*@pretrained"),
        ("torchvision:resnet17", "has no model 'resnet17'; near to it: .*resnet18"),
        ("timm:resnet17", "has no model 'resnet17'; near to it: .*resnet18"),
        ("torchvision:resnet18@OTHER", "has no weights 'OTHER'; expected one of IMAGENET1K_V1"),
        ("timm:resnet18@a1_in1k", "expected timm:resnet18.a1_in1k@pretrained"),
        ("huggingface:resnet18", "there is no file"),
    ],
)
def test_a_name_that_says_too_little_is_refused(model, message):
    with pytest.raises(ModelError, match=message):
        _load(model)


def test_weights_are_not_taken_twice(tmp_path):
    with pytest.raises(ModelError, match="has weights twice"):
        _load("torchvision:resnet18@pretrained", tmp_path / "own.pth")


def test_weights_beside_a_file_are_refused(tmp_path):
    with pytest.raises(ModelError, match="goes with a model by name"):
        _load("model.pth", tmp_path / "own.pth")


def test_pretrained_weights_without_a_network_end_in_a_sentence(zoo, monkeypatch):
    def unreachable(*_, **__):
        raise OSError("Name or service not known")

    monkeypatch.setattr("torch.hub.load_state_dict_from_url", unreachable)
    monkeypatch.setattr("torchvision.models._api.load_state_dict_from_url", unreachable)
    with pytest.raises(ModelError, match=r"could not be fetched \(Name or service not known\); connect"):
        _load("torchvision:resnet18@pretrained")
