import pytest
import torch

from faultloc.errors import ModelError
from faultloc.subject.architecture import Architecture, check_outputs
from faultloc.subject.architectures import VGG16, LeNet1, LeNet5, RecurrentClassifier, ResNet20, SmallCNN
from faultloc.subject.seeding import torch_generator


@pytest.mark.parametrize("network", [LeNet1, LeNet5, ResNet20, SmallCNN, VGG16])
@pytest.mark.parametrize("shape", [(1, 28, 28), (3, 32, 32)])
def test_an_image_network_takes_both_papers_sizes(network, shape):
    built = network(shape, 7).eval()
    assert built(torch.zeros(2, *shape)).shape == (2, 7)


def test_lenets_have_the_sizes_of_the_papers():
    assert LeNet1((1, 28, 28), 10).fc.in_features == 192
    assert [LeNet5((1, 28, 28), 10).f6.in_features, LeNet5((1, 28, 28), 10).f7.in_features] == [120, 84]


def test_resnet20_has_its_published_number_of_weights():
    # He et al. 2016, table 6: 0.27 M.
    assert sum(weights.numel() for weights in ResNet20((3, 32, 32), 10).parameters()) == pytest.approx(0.27e6, rel=0.01)


@pytest.mark.parametrize("bidirectional", [False, True])
def test_a_text_is_classified_the_same_whatever_padding_follows_it(bidirectional):
    network = RecurrentClassifier(20, 4, bidirectional=bidirectional).eval()
    tokens = torch.tensor([[3, 4, 5, 0, 0, 0]])
    assert torch.allclose(network(tokens), network(tokens[:, :3]), atol=1e-6)


def test_a_text_of_padding_alone_is_classified_too():
    assert torch.isfinite(RecurrentClassifier(20, 4).eval()(torch.zeros(1, 5, dtype=torch.int64))).all()


def test_an_image_too_small_for_a_network_is_answered_with_a_sentence():
    with pytest.raises(ModelError, match=r"LeNet1 cannot take inputs of shape \(1, 8, 8\)"):
        LeNet1((1, 8, 8), 10)


def test_a_class_gets_the_facts_of_the_data_set_that_it_asks_for():
    lenet = Architecture("faultloc.subject.architectures.LeNet1", {})
    fitted = lenet.fitted_to(input_shape=(1, 28, 28), num_classes=3, vocabulary_size=0)
    assert fitted.arguments == {"input_shape": [1, 28, 28], "num_classes": 3}
    linear = Architecture("torch.nn.Linear", {"in_features": 4, "out_features": 2})
    assert linear.fitted_to(input_shape=(4,), num_classes=2, vocabulary_size=0) == linear


def test_an_argument_that_is_set_is_not_overridden_by_the_data_set():
    lenet = Architecture("faultloc.subject.architectures.LeNet1", {"num_classes": 12})
    assert lenet.fitted_to(input_shape=(1, 28, 28), num_classes=3, vocabulary_size=0).arguments["num_classes"] == 12


def test_the_same_generator_gives_the_same_weights():
    lenet = Architecture("faultloc.subject.architectures.LeNet1", {"input_shape": [1, 28, 28], "num_classes": 3})
    first, second = (lenet.build(torch_generator(0, "x")).state_dict() for _ in range(2))
    assert all(torch.equal(first[name], second[name]) for name in first)


@pytest.mark.parametrize(
    ("target", "arguments", "message"),
    [
        ("nowhere.Net", {}, "'nowhere.Net' cannot be imported"),
        ("torch.nn.Nothing", {}, "cannot be imported"),
        ("torch.nn.Linear", {"size": 3}, "does not take the arguments"),
        ("builtins.dict", {}, "gave a dict; expected a torch.nn.Module"),
    ],
)
def test_a_model_that_cannot_be_built_is_answered_with_a_sentence(target, arguments, message):
    with pytest.raises(ModelError, match=message):
        Architecture(target, arguments).build(torch_generator(0, "x"))


def test_more_classes_than_outputs_are_refused():
    with pytest.raises(ModelError, match="10 classes, but LeNet1 has 3 outputs"):
        check_outputs(LeNet1((1, 28, 28), 3), torch.zeros(2, 1, 28, 28, dtype=torch.uint8), 10)


def test_a_model_for_other_inputs_is_refused():
    with pytest.raises(ModelError, match="LeNet1 cannot take inputs of shape"):
        check_outputs(LeNet1((1, 28, 28), 3), torch.zeros(2, 50, dtype=torch.int32), 3)
