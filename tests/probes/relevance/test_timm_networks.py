"""Networks of other people: each gives relevance that adds up to its outputs, or one sentence, by every rule."""

import numpy as np
import pytest
import torch

from faultloc.errors import ModelError, TrainingError
from faultloc.probes.relevance.reading import INPUT, read_relevance
from faultloc.torchvision_import import import_torchvision

LARGER = ["convnext_atto", "test_efficientnet"]


@pytest.fixture(scope="module")
def timm():
    import_torchvision("torchvision", purpose="timm")  # also where its compiled part cannot be loaded
    return pytest.importorskip("timm", reason="needs the extra timm")


def relevance_and_outputs(timm, name, side, rule, seed=0):
    torch.manual_seed(seed)
    network = timm.create_model(name, num_classes=5).eval()
    images = torch.rand(2, 3, side, side)
    relevance = read_relevance(network, images, None, rule=rule, layers=[INPUT], batch_size=2)[INPUT]
    with torch.inference_mode():
        return relevance.reshape(2, -1).sum(1), network(images).amax(1).numpy()


# What biases share in is missing at the input: less than a tenth in these, whose biases begin at zero.
@pytest.mark.parametrize("rule", ["epsilon", "zplus", "gamma", "hudd"])
@pytest.mark.parametrize(
    "name", ["test_convnext", *(pytest.param(name, marks=pytest.mark.exhaustive) for name in LARGER)]
)
def test_a_convolutional_network_conserves(timm, name, rule):
    relevance, outputs = relevance_and_outputs(timm, name, 64, rule)
    assert np.allclose(relevance, outputs, rtol=0.1)


def test_a_vision_transformer_conserves_by_the_stable_rule(timm):
    relevance, outputs = relevance_and_outputs(timm, "vit_tiny_patch16_224", 224, "zplus")
    assert np.allclose(relevance, outputs, rtol=0.15)


# By hudd on all weights tried, by epsilon on some; on others its relevance adds up to a few times the outputs.
@pytest.mark.parametrize("rule", ["epsilon", pytest.param("hudd", marks=pytest.mark.exhaustive)])
def test_a_rule_that_diverges_on_a_vision_transformer_is_one_sentence(timm, rule):
    with pytest.raises(TrainingError, match=r"diverges on VisionTransformer|NaN or infinite.*zplus"):
        relevance_and_outputs(timm, "vit_tiny_patch16_224", 224, rule, seed=3)


def test_a_network_that_branches_on_values_is_one_sentence(timm):
    with pytest.raises(ModelError, match="torch.fx cannot follow the values through VisionTransformer"):
        relevance_and_outputs(timm, "test_vit", 160, "zplus")
