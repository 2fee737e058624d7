import pytest
import torch
from torch.nn import functional as F

from faultloc.errors import ConfigError, ModelError
from faultloc.io.models.encoder import load_encoder
from faultloc.subject.image_encoder import ImageEncoder
from faultloc.torchvision_import import import_torchvision


@pytest.fixture(scope="module")
def saved(tmp_path_factory):
    """A small network of timm's and the file of its weights."""
    import_torchvision("torchvision", purpose="timm")  # also where its compiled part cannot be loaded
    timm = pytest.importorskip("timm", reason="needs the extra timm")
    torch.manual_seed(0)
    network = timm.create_model("test_resnet").eval()
    file = tmp_path_factory.mktemp("encoder") / "weights.pth"
    torch.save(network.state_dict(), file)
    return network, file


def test_a_network_of_timms_is_read_with_the_weights_of_a_file(saved):
    network, file = saved
    loaded = load_encoder("timm:test_resnet", file, side=32).network
    images = torch.rand(2, 3, 32, 32, generator=torch.Generator().manual_seed(1))
    with torch.inference_mode():
        assert torch.equal(loaded(images), network(images))


def test_images_are_brought_to_the_size_channels_and_scale_of_imagenet():
    seen = []
    encoder = ImageEncoder(torch.nn.Identity(), 8)
    encoder.network.register_forward_hook(lambda _, given, out: seen.append(given[0]))
    grey = torch.linspace(0, 1, 16).reshape(1, 1, 4, 4)
    encoder(grey)
    larger = F.interpolate(grey, (8, 8), mode="bilinear", align_corners=False)[0, 0]
    # The figures of ImageNet's red, green and blue, channel by channel.
    for channel, (mean, std) in enumerate([(0.485, 0.229), (0.456, 0.224), (0.406, 0.225)]):
        assert torch.allclose(seen[0][0, channel], (larger - mean) / std, atol=1e-6)


@pytest.mark.parametrize("shape", [(2, 5), (2, 2, 4, 4)])
def test_what_is_no_image_is_one_sentence(shape):
    with pytest.raises(ModelError, match=r"cannot read inputs of .*; expected one channel or three"):
        ImageEncoder(torch.nn.Identity())(torch.zeros(shape))


def test_what_is_no_encoder_is_one_sentence(saved, tmp_path):
    with pytest.raises(ConfigError, match="the encoder is 'resnet'; expected timm:NAME"):
        load_encoder("resnet", None, side=32)
    with pytest.raises(ModelError, match=r"there is no file .*nowhere.pth; expected the weights of timm:test_resnet"):
        load_encoder("timm:test_resnet", tmp_path / "nowhere.pth", side=32)
    with pytest.raises(ModelError, match="are not those of"):
        load_encoder("timm:test_vit", saved[1], side=32)
