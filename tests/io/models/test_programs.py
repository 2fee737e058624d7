import copy
import zipfile

import numpy as np
import pytest
import torch
from torch import nn
from torch.nn import functional as F

from faultloc.errors import ModelError
from faultloc.io.models.program_model import ScriptedNetwork
from faultloc.probes.prefix import find_prefix, read_model
from tests.io.models.saved_models import load


class Classifier(nn.Module):
    """Convolutions, batch normalisations of both kinds and two linear layers; its types are TorchScript's."""

    def __init__(self) -> None:
        super().__init__()
        self.conv = nn.Conv2d(1, 4, 3, padding="same")
        self.norm = nn.BatchNorm2d(4)
        self.strided = nn.Conv2d(4, 6, 3, stride=2, groups=2, bias=False)
        self.first = nn.Linear(6 * 13 * 13, 16)
        self.middle = nn.BatchNorm1d(16)
        self.dropout = nn.Dropout(0.3)
        self.last = nn.Linear(16, 10, bias=False)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        x = self.strided(F.relu(self.norm(self.conv(x)))).flatten(1)
        return self.last(self.dropout(F.relu(self.middle(self.first(x)))))


IMAGES = torch.rand(6, 1, 28, 28)


@pytest.fixture(scope="module")
def network():
    torch.manual_seed(0)
    network = Classifier()
    network(torch.rand(8, 1, 28, 28))  # running statistics other than 0 and 1
    return network.eval()


def _script(network, path):
    torch.jit.script(network).save(path)


def _trace(network, path):
    torch.jit.trace(network, IMAGES[:2]).save(path)


def _export(network, path):
    # Written through a file, as torch insists on the suffix .pt2.
    with path.open("wb") as file:
        torch.export.save(torch.export.export(network, (IMAGES[:2],)), file)


FORMS = pytest.mark.parametrize("save", [_script, _trace, _export], ids=["script", "trace", "export"])


@FORMS
def test_a_program_computes_as_its_network_for_batches_of_any_size(save, network, tmp_path):
    save(network, tmp_path / "model.pth")
    loaded = load(tmp_path / "model.pth", trust=True)
    with torch.no_grad():
        torch.testing.assert_close(loaded.network(IMAGES), network(IMAGES))
    assert "rebuilt with its layers" in loaded.form


@FORMS
def test_the_layers_of_a_program_are_found_and_watched(save, network, tmp_path):
    save(network, tmp_path / "model.pth")
    rebuilt = load(tmp_path / "model.pth", trust=True).network
    prefix = find_prefix(network, IMAGES[:2])
    assert find_prefix(rebuilt, IMAGES[:2]) == prefix
    assert prefix.tail_widths == (16, 10)
    expected = read_model(network, IMAGES, prefix, batch_size=4)
    read = read_model(rebuilt, IMAGES, prefix, batch_size=4)
    np.testing.assert_allclose(read.last_input, expected.last_input, atol=1e-5)


@FORMS
def test_a_copy_of_a_program_can_be_trained(save, network, tmp_path):
    save(network, tmp_path / "model.pth")
    original = load(tmp_path / "model.pth", trust=True).network
    mutant = copy.deepcopy(original).train()
    optimizer = torch.optim.SGD(mutant.parameters(), lr=0.1)
    F.cross_entropy(mutant(IMAGES), torch.arange(6)).backward()
    optimizer.step()
    changed = {
        name for name, weight in mutant.named_parameters() if not torch.equal(weight, original.get_parameter(name))
    }
    assert {"conv.weight", "strided.weight", "first.weight", "last.weight"} <= changed


@FORMS
def test_a_program_needs_trust(save, network, tmp_path):
    save(network, tmp_path / "model.pth")
    with pytest.raises(ModelError, match=r"holds a program that runs when it is used; only if you trust"):
        load(tmp_path / "model.pth")


class FixedBatch(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.fc = nn.Linear(784, 10)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return self.fc(x.view(2, 784))


def test_a_program_for_batches_of_one_size_is_refused(tmp_path):
    _export(FixedBatch().eval(), tmp_path / "model.pt2")
    with pytest.raises(ModelError, match="takes batches of 2 samples only; export it for batches of any size"):
        load(tmp_path / "model.pt2", trust=True)


class TwoInputs(nn.Module):
    def forward(self, x: torch.Tensor, y: torch.Tensor) -> torch.Tensor:
        return x + y


def test_a_program_with_several_inputs_is_refused(tmp_path):
    torch.export.save(torch.export.export(TwoInputs(), (IMAGES[:2], IMAGES[:2])), tmp_path / "model.pt2")
    with pytest.raises(ModelError, match="takes 2 inputs and gives 1 outputs"):
        load(tmp_path / "model.pt2", trust=True)


def test_a_script_that_cannot_be_taken_apart_still_predicts(network):
    script = torch.jit.trace(network, IMAGES[:2])
    opaque = ScriptedNetwork(script)
    with torch.no_grad():
        torch.testing.assert_close(copy.deepcopy(opaque).to("cpu").eval()(IMAGES), network(IMAGES))
    with pytest.raises(ModelError, match="does not end in a linear layer"):
        find_prefix(opaque, IMAGES[:2])


@pytest.mark.parametrize(("save", "part"), [(_trace, ".py"), (_export, ".json")], ids=["trace", "export"])
def test_a_damaged_program_is_refused_in_a_sentence(save, part, network, tmp_path):
    save(network, tmp_path / "whole.pth")
    with zipfile.ZipFile(tmp_path / "whole.pth") as whole, zipfile.ZipFile(tmp_path / "model.pth", "w") as damaged:
        for name in whole.namelist():
            damaged.writestr(name, b"nonsense(" if name.endswith(part) else whole.read(name))
    with pytest.raises(ModelError, match="cannot be read as"):
        load(tmp_path / "model.pth", trust=True)
