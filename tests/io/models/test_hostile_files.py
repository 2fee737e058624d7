"""Files that would run something: nothing of it may happen."""

import os
import pickle
import random
import shutil
import sys
import zipfile
from pathlib import Path

import pytest
import torch
from torch import nn

from faultloc.errors import ModelError
from tests.io.models.saved_models import load


class Attack:
    """Unpickled, it makes the file ``marker``."""

    def __init__(self, marker: Path) -> None:
        self.marker = marker

    def __reduce__(self):
        return os.system, (f"touch {self.marker}",)


@pytest.fixture
def marker(tmp_path):
    return tmp_path / "it-ran"


def test_the_attack_works_where_nothing_guards(marker, tmp_path):
    torch.save(Attack(marker), tmp_path / "model.pth")
    torch.load(tmp_path / "model.pth", weights_only=False)
    assert marker.exists()


def _in_model(attack):
    network = nn.Sequential(nn.Flatten(), nn.Linear(784, 10))
    network[1].extra = attack
    return {"model": network}


def _in_hook(attack):
    network = nn.Sequential(nn.Flatten(), nn.Linear(784, 10))
    network[1]._forward_hooks[0] = attack
    return network


def _in_optimizer(attack):
    network = nn.Linear(784, 10)
    optimizer = torch.optim.SGD(network.parameters(), lr=0.1)
    optimizer.state["extra"] = attack
    return {"model": network, "optimizer": optimizer}


@pytest.mark.parametrize("zipped", [True, False], ids=["zip", "legacy"])
@pytest.mark.parametrize(
    "trap", [lambda attack: attack, _in_model, _in_hook, _in_optimizer], ids=lambda trap: trap.__name__
)
@pytest.mark.parametrize("arch", [None, "own_net:Net"])
def test_a_file_that_would_call_a_function_is_refused_by_its_name(
    trap, zipped, arch, marker, in_users_folder, tmp_path
):
    torch.save(trap(Attack(marker)), tmp_path / "model.pth", _use_new_zipfile_serialization=zipped)
    with pytest.raises(ModelError, match=r"would import and may run posix\.system.*--trust-checkpoint"):
        load(tmp_path / "model.pth", arch=arch)
    assert not marker.exists()


@pytest.mark.parametrize("name", ["model.pkl", "model.pth", "model.safetensors", "model.pt2"])
def test_a_plain_pickle_runs_nothing_whatever_its_name(name, marker, tmp_path):
    (tmp_path / name).write_bytes(pickle.dumps(Attack(marker)))
    with pytest.raises(ModelError, match=r"would import and may run posix\.system"):
        load(tmp_path / name)
    assert not marker.exists()


def test_a_function_of_the_users_module_is_not_admitted_with_its_classes(in_users_folder):
    with pytest.raises(ModelError, match=r"may run __main__\.constant; expected the layers of own_net"):
        load("function.pth", arch="own_net:Net")


def test_a_stranger_is_named_with_both_ways_on(in_users_folder):
    with pytest.raises(ModelError, match=r"may run __main__\.Block, __main__\.Net; .*--arch .*--trust-checkpoint"):
        load("module.pth")


class Constructed(nn.Module):
    """A module whose constructor does something: a file could call it with arguments of its own."""

    def __init__(self, marker: str) -> None:
        super().__init__()
        Path(marker).touch()


class Constructing:
    def __init__(self, marker: Path) -> None:
        self.marker = marker

    def __reduce__(self):
        return Constructed, (str(self.marker),)


def test_a_file_cannot_call_the_constructor_of_an_admitted_class(marker, tmp_path):
    network = nn.Sequential(nn.Linear(2, 2))
    network[0].extra = Constructing(marker)
    torch.save(network, tmp_path / "model.pth")
    with pytest.raises(ModelError, match="stored in a way of its own"):
        load(tmp_path / "model.pth", arch=f"{__name__}:Constructed")
    assert not marker.exists()


def test_hooks_of_known_layers_are_refused(tmp_path):
    network = nn.Sequential(nn.Linear(2, 2))
    network._forward_hooks[0] = nn.ReLU()
    torch.save(network, tmp_path / "model.pth")
    with pytest.raises(ModelError, match="carries functions to be called"):
        load(tmp_path / "model.pth")


@pytest.mark.parametrize("kept", [0.1, 0.5, 0.9, 0.999])
@pytest.mark.parametrize("name", ["module.pth", "weights_legacy.pth"])
def test_a_file_that_is_cut_off_is_refused_in_a_sentence(name, kept, in_users_folder, tmp_path):
    content = (in_users_folder / name).read_bytes()
    (tmp_path / "cut.pth").write_bytes(content[: int(len(content) * kept)])
    with pytest.raises(ModelError, match="damaged|cut off"):
        load(tmp_path / "cut.pth", arch="own_net:Net")


@pytest.mark.parametrize(
    ("content", "message"),
    [(b"", "is empty"), (b"hello, model\n", "holds no model"), (b"\x89HDF\r\n", "Keras"), (b"PK\x03\x04", "cut off")],
)
def test_a_file_of_another_kind_is_refused_in_a_sentence(content, message, tmp_path):
    (tmp_path / "model.pth").write_bytes(content)
    with pytest.raises(ModelError, match=message):
        load(tmp_path / "model.pth")


def test_whatever_byte_of_a_pickle_is_wrong_it_ends_in_a_sentence(in_users_folder, tmp_path):
    generator = random.Random(0)
    with zipfile.ZipFile("objects.pth") as archive:
        members = {name: archive.read(name) for name in archive.namelist()}
    [pickled] = [name for name in members if name.endswith("data.pkl")]
    refused = 0
    for _ in range(150):
        content = bytearray(members[pickled])
        content[generator.randrange(len(content))] = generator.randrange(256)
        with zipfile.ZipFile(tmp_path / "model.pth", "w") as archive:
            for name, member in members.items():
                archive.writestr(name, bytes(content) if name == pickled else member)
        try:
            load(tmp_path / "model.pth", arch="own_net:Net")
        except ModelError:
            refused += 1
    assert refused > 50


def test_a_state_nested_without_end_is_refused(tmp_path):
    network = nn.Linear(2, 2)
    state = b"]" * 100_000 + b"a" * 99_999  # what the pickler, recursive itself, cannot write
    torch.save(network, tmp_path / "clean.pth")
    with zipfile.ZipFile(tmp_path / "clean.pth") as clean, zipfile.ZipFile(tmp_path / "model.pth", "w") as archive:
        for name in clean.namelist():
            content = clean.read(name)
            if name.endswith("data.pkl"):
                marker = b"X\x08\x00\x00\x00training"
                assert marker in content
                content = content.replace(marker, b"X\x04\x00\x00\x00deep" + state + marker)
            archive.writestr(name, content)
    with pytest.raises(ModelError, match="is damaged"):
        load(tmp_path / "model.pth")


def test_a_folder_and_a_missing_file_are_refused(tmp_path):
    with pytest.raises(ModelError, match="is a folder"):
        load(tmp_path)
    with pytest.raises(ModelError, match="there is no file"):
        load(tmp_path / "missing.pth")


def _with_extra_pickle(path: Path, marker: Path, name: str) -> None:
    with zipfile.ZipFile(path, "a") as archive:
        folder = archive.namelist()[0].partition("/")[0]
        archive.writestr(f"{folder}/{name}", pickle.dumps(Attack(marker)))


def test_further_pickles_in_a_checkpoint_are_not_read(marker, in_users_folder, tmp_path):
    shutil.copy("module.pth", tmp_path / "model.pth")
    _with_extra_pickle(tmp_path / "model.pth", marker, "extra.pkl")
    assert load(tmp_path / "model.pth", arch="own_net:Net").form.startswith("a whole Net")
    assert not marker.exists()


@pytest.mark.parametrize("extra", ["constants.pkl", "extra.pkl"])
def test_a_torchscript_archive_is_not_opened_without_trust(extra, marker, tmp_path):
    torch.jit.trace(nn.Linear(2, 2), torch.zeros(1, 2)).save(tmp_path / "model.pth")
    _with_extra_pickle(tmp_path / "model.pth", marker, extra)
    with pytest.raises(ModelError, match=r"is a TorchScript archive.*only if you trust"):
        load(tmp_path / "model.pth", arch="own_net:Net")
    assert not marker.exists()


def test_a_checkpoint_cannot_pass_for_torchscript_and_be_run(marker, tmp_path):
    torch.save(Attack(marker), tmp_path / "model.pth")
    _with_extra_pickle(tmp_path / "model.pth", marker, "constants.pkl")
    with pytest.raises(ModelError, match="is a TorchScript archive"):
        load(tmp_path / "model.pth")
    assert not marker.exists()


def test_an_exported_program_with_a_pickled_constant_is_not_opened_without_trust(marker, tmp_path):
    with zipfile.ZipFile(tmp_path / "model.pth", "w") as archive:
        archive.writestr("model/archive_format", "pt2")
        archive.writestr("model/models/model.json", "{}")
        archive.writestr("model/data/constants/custom_obj_0", pickle.dumps(Attack(marker)))
    with pytest.raises(ModelError, match=r"is an exported program .*only if you trust"):
        load(tmp_path / "model.pth")
    assert not marker.exists()


def test_an_untrusted_file_does_not_decide_what_is_imported(tmp_path, monkeypatch):
    (tmp_path / "planted_module.py").write_text("raise SystemExit('imported')\n")
    monkeypatch.chdir(tmp_path)
    content = b"\x80\x02cplanted_module\nNet\n)\x81."  # an object of planted_module.Net
    with zipfile.ZipFile(tmp_path / "model.pth", "w") as archive:
        archive.writestr("model/data.pkl", content)
        archive.writestr("model/version", "3\n")
    with pytest.raises(ModelError, match=r"planted_module\.Net"):
        load(tmp_path / "model.pth")
    assert "planted_module" not in sys.modules
