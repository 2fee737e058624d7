import pytest
import torch
from torch import nn

from faultloc.errors import ModelError
from faultloc.subject.architectures import LeNet5
from tests.io.models.saved_models import computes_as_saved, load


@pytest.mark.parametrize("name", ["objects", "states", "module", "parallel"])
def test_a_model_saved_whole_is_read_without_trust_once_its_class_is_named(name, in_users_folder):
    loaded = load(f"{name}.pth", arch="own_net:Net")
    assert computes_as_saved(loaded, in_users_folder)
    assert (type(loaded.network).__name__, loaded.network.training) == ("Net", False)
    assert loaded.form == "a whole Net, read without running code of the file"


@pytest.mark.parametrize("trust", [False, True])
def test_a_model_saved_whole_is_not_taken_for_another_class_that_is_named(trust, in_users_folder):
    with pytest.raises(ModelError, match=r"holds a whole Net, and --arch names own_net:Block; .*name Net with --arch"):
        load("objects.pth", arch="own_net:Block", trust=trust)


@pytest.mark.parametrize("name", ["weights", "weights_legacy", "weights_parallel", "weights_compiled"])
def test_weights_are_put_into_the_named_class(name, in_users_folder):
    loaded = load(f"{name}.pth", arch="own_net:Net")
    assert computes_as_saved(loaded, in_users_folder)
    assert loaded.form == "the weights of a Net, read without running code of the file"


@pytest.mark.parametrize("arch", ["own_net.Net", "own_net.py:Net"])
def test_a_class_may_be_named_with_a_dot_or_by_its_file(arch, in_users_folder):
    assert computes_as_saved(load("weights.pth", arch=arch), in_users_folder)


def test_weights_of_our_own_architectures_are_put_into_them(tmp_path):
    network = LeNet5((1, 28, 28), 10).eval()
    torch.save(network.state_dict(), tmp_path / "lenet.pt")
    loaded = load(tmp_path / "lenet.pt", arch="faultloc.subject.architectures.lenet:LeNet5")
    images = torch.rand(3, 1, 28, 28)
    with torch.no_grad():
        assert torch.equal(loaded.network(images), network(images))


@pytest.mark.parametrize(
    "network", [LeNet5((1, 28, 28), 10), nn.Sequential(nn.Flatten(), nn.Linear(784, 10))], ids=["ours", "torch's"]
)
def test_a_whole_model_of_known_layers_needs_no_class(network, tmp_path):
    torch.save({"model": network}, tmp_path / "model.pth")
    loaded = load(tmp_path / "model.pth")
    images = torch.rand(3, 1, 28, 28)
    with torch.no_grad():
        assert torch.equal(loaded.network(images), network.eval()(images))


def test_layers_that_a_model_uses_twice_are_still_one(tmp_path):
    layer = nn.Linear(4, 4)
    torch.save(nn.Sequential(layer, nn.ReLU(), layer), tmp_path / "model.pth")
    network = load(tmp_path / "model.pth").network
    assert network[0] is network[2]
    assert len(list(network.parameters())) == 2


def test_a_model_that_was_read_can_be_trained(in_users_folder):
    network = load("objects.pth", arch="own_net:Net").network.train()
    before = network.fc.weight.detach().clone()
    optimizer = torch.optim.SGD(network.parameters(), lr=0.1)
    network(torch.rand(2, 1, 28, 28)).sum().backward()
    optimizer.step()
    assert not torch.equal(before, network.fc.weight)


@pytest.mark.parametrize("name", ["objects", "module", "module_legacy", "module_protocol4", "parallel"])
def test_a_trusted_file_finds_the_class_of_its_script_where_the_user_says(name, in_users_folder):
    loaded = load(f"{name}.pth", arch="own_net:Net", trust=True)
    assert computes_as_saved(loaded, in_users_folder)
    assert loaded.form == "a whole Net, read as a trusted file"


def test_a_trusted_file_whose_class_is_nowhere_is_refused_in_a_sentence(in_users_folder):
    with pytest.raises(ModelError, match=r"names a class that cannot be found .*'Net'.*--arch"):
        load("module.pth", trust=True)


def test_weights_without_a_class_are_refused(in_users_folder):
    with pytest.raises(ModelError, match=r"holds weights without their network; .*--arch"):
        load("weights.pth")


def test_a_checkpoint_without_a_model_says_what_it_holds(in_users_folder):
    with pytest.raises(ModelError, match="holds no model and no weights, but optimizer, lr_scheduler, epoch, acc"):
        load("nothing.pth", arch="own_net:Net")


def test_weights_of_another_shape_are_named(in_users_folder):
    shapes = r"the shape differs for fc.weight \(stored \(10, 2304\), expected \(7, 2304\)\), fc.bias"
    with pytest.raises(ModelError, match=shapes):
        load("weights.pth", arch="own_net:Net", num_classes=7)


def test_missing_and_needless_weights_are_named(in_users_folder):
    message = "it lacks conv.weight, conv.bias; it has, and the network has not, block.conv.weight, .* and 1 more"
    with pytest.raises(ModelError, match=message):
        load("weights.pth", arch="own_net:Block")


@pytest.mark.parametrize(
    ("arch", "message"),
    [
        ("own_net:Nothing", "cannot be imported .*Nothing"),
        ("no_such_module:Net", "cannot be imported .*no_such_module"),
        ("Net", "names no class; expected package.module:Class"),
        ("own_net:np", "is a module; expected a class"),
        ("own_net:constant", "does not take the arguments"),
    ],
)
def test_an_arch_that_leads_to_no_network_is_refused(arch, message, in_users_folder):
    with pytest.raises(ModelError, match=message):
        load("weights.pth", arch=arch)


def test_the_digest_is_that_of_the_content(in_users_folder, tmp_path):
    (tmp_path / "copy.pth").write_bytes((in_users_folder / "weights.pth").read_bytes())
    first, second = load("weights.pth", arch="own_net:Net"), load(tmp_path / "copy.pth", arch="own_net:Net")
    assert first.digest == second.digest
    assert load("module.pth", arch="own_net:Net").digest != first.digest


@pytest.mark.parametrize(
    ("name", "reason"),
    [
        ("module_legacy", "format from before PyTorch 1.6"),
        ("module_protocol4", "another protocol than torch.save's own"),
    ],
)
def test_a_form_that_only_trust_can_read_says_so(name, reason, in_users_folder):
    with pytest.raises(ModelError, match=rf"{reason}.*state_dict.*--trust-checkpoint"):
        load(f"{name}.pth", arch="own_net:Net")
