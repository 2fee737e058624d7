import pytest
import torch
from safetensors.torch import save_file
from torch import nn

from faultloc.errors import ModelError
from faultloc.io.models.weights import put_weights
from tests.io.models.saved_models import computes_as_saved, load


def test_safetensors_are_put_into_the_named_class(in_users_folder, tmp_path):
    save_file(torch.load("weights.pth"), tmp_path / "weights.bin")
    loaded = load(tmp_path / "weights.bin", arch="own_net:Net")
    assert computes_as_saved(loaded, in_users_folder)
    assert loaded.form == "the weights of a Net, from a safetensors file"


def test_safetensors_that_are_cut_off_are_refused(in_users_folder, tmp_path):
    save_file(torch.load("weights.pth"), tmp_path / "weights.safetensors")
    content = (tmp_path / "weights.safetensors").read_bytes()
    (tmp_path / "weights.safetensors").write_bytes(content[: len(content) // 2])
    with pytest.raises(ModelError, match="damaged safetensors file"):
        load(tmp_path / "weights.safetensors", arch="own_net:Net")


class Wrapped(nn.Module):
    """A network whose own part is called as DataParallel's."""

    def __init__(self) -> None:
        super().__init__()
        self.module = nn.Linear(2, 2)


@pytest.mark.parametrize("prefix", ["", "module.", "_orig_mod.", "module._orig_mod.", "model."])
def test_a_prefix_is_dropped_only_where_the_weights_fit_without_it(prefix):
    source, target = Wrapped(), Wrapped()
    put_weights(target, {prefix + name: weight for name, weight in source.state_dict().items()}, source="a test")
    assert torch.equal(target.module.weight, source.module.weight)


def test_what_does_not_fit_is_named_without_a_wrappers_prefix():
    weights = {"module.weight": torch.zeros(3, 2), "module.extra": torch.zeros(1)}
    message = r"it lacks bias; it has, and the network has not, extra; the shape differs for weight \(stored \(3, 2\)"
    with pytest.raises(ModelError, match=message):
        put_weights(nn.Linear(2, 2), weights, source="a test")
