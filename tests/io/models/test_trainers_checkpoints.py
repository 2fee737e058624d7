"""Checkpoints in the shapes that people and trainers leave: what lies where, under which names, beside what else."""

from dataclasses import dataclass
from functools import partial
from pathlib import Path
from types import SimpleNamespace

import pytest
import torch
from safetensors.torch import save_file, save_model
from torch import nn

from faultloc.errors import ModelError
from faultloc.io.models import LoadedModel, load_model


class Net(nn.Module):
    def __init__(self, num_classes: int = 3) -> None:
        super().__init__()
        self.body = nn.Sequential(nn.Conv2d(1, 2, 3), nn.BatchNorm2d(2), nn.ReLU())
        self.fc = nn.Linear(2 * 36, num_classes)

    def forward(self, x):
        return self.fc(self.body(x).flatten(1))


class Wrapper(nn.Module):
    """A network in another, as people put it around to train it."""

    def __init__(self, num_classes: int = 3) -> None:
        super().__init__()
        self.model = Net(num_classes)

    def forward(self, x):
        return self.model(x)


class Tied(nn.Module):
    """Two names for one weight, of which safetensors keeps one."""

    def __init__(self) -> None:
        super().__init__()
        self.first, self.second = nn.Linear(4, 4), nn.Linear(4, 4)
        self.second.weight = self.first.weight


@dataclass
class TrainingConfig:
    """A class of a training script's own, kept beside the weights."""

    rate: float = 0.1


def made(seed: int) -> Net:
    torch.manual_seed(seed)
    return Net().eval()


RAW, OTHER = made(0), made(1)
OPTIMIZER = torch.optim.Adam(RAW.parameters())
RAW(torch.ones(2, 1, 8, 8)).sum().backward()
OPTIMIZER.step()  # so that it holds tensors by name, too
STATE, AVERAGE = RAW.state_dict(), OTHER.state_dict()


def behind(prefix: str, state: dict) -> dict:
    return {prefix + name: weight for name, weight in state.items()}


def load(path: Path, arch: str = "Net", **options) -> LoadedModel:
    return load_model(
        str(path), arch=f"{__name__}:{arch}", trust=False, num_classes=3, input_shape=(1, 8, 8), **options
    )


def read(content: object, folder: Path, **options) -> LoadedModel:
    torch.save(content, folder / "model.ckpt")
    return load(folder / "model.ckpt", **options)


def computes_as(loaded: LoadedModel, network: nn.Module) -> bool:
    with torch.no_grad():
        return torch.equal(loaded.network(torch.ones(2, 1, 8, 8)), network(torch.ones(2, 1, 8, 8)))


@pytest.mark.parametrize(
    "content",
    [
        behind("net.backbone.", STATE),
        behind("module.model._orig_mod.", STATE),
        {name.replace("body.", "body._orig_mod."): weight for name, weight in STATE.items()},
        {name.replace("body.", "_fsdp_wrapped_module.body."): weight for name, weight in STATE.items()},
        {"module": behind("module.", STATE), "ds_version": "0.16", "optimizer": None},
        {"checkpoint": {"run": {"weights": STATE}}, "epoch": 3},
        {"optimizer": OPTIMIZER.state_dict(), "net": STATE, "best_acc": torch.tensor(0.9)},
        {"body": RAW.body.state_dict(), "fc": RAW.fc.state_dict()},
        {"epoch": 3, "time": 0.5, **STATE},
        {name: weight for name, weight in STATE.items() if "num_batches" not in name},
        {"state_dict": {**behind("model.", STATE), "criterion.weight": torch.ones(3)}},
        {"state_dict": {**STATE, "criterion.weight": torch.ones(3), "train_acc.total": torch.tensor(4)}},
        {"state_dict": {**behind("net.", STATE), "discriminator.0.weight": torch.ones(5, 5)}},
        {**STATE, "total_ops": torch.zeros(1), "fc.total_params": torch.zeros(1)},
        {"model": STATE, "config": TrainingConfig(), "hparams": {"optimizer": partial(TrainingConfig, rate=1)}},
        {"state_dict": STATE, "criterion": nn.CrossEntropyLoss(torch.ones(3))},
        {"state_dict": STATE, "args": SimpleNamespace(lr=1)},
    ],
)
def test_the_network_is_found_wherever_it_lies(content, tmp_path):
    assert computes_as(read(content, tmp_path), RAW)


@pytest.mark.parametrize("content", [STATE, behind("module.", STATE), behind("model.", STATE)])
def test_a_class_that_wraps_the_network_takes_its_weights_too(content, tmp_path):
    assert computes_as(read(content, tmp_path, arch="Wrapper"), RAW)


def test_what_lies_beside_the_network_is_said(tmp_path):
    state = {**behind("model.", STATE), "criterion.weight": torch.ones(3), "val_f1.tp": torch.zeros(3)}
    [said] = read({"state_dict": state, "pytorch-lightning_version": "2.6"}, tmp_path).notes
    assert "criterion, val_f1" in said


@pytest.mark.parametrize(
    ("content", "key"),
    [
        ({"state_dict": STATE, "state_dict_ema": AVERAGE}, "state_dict_ema"),
        ({"model": STATE, "model_ema": behind("module.", AVERAGE) | {"n_averaged": torch.tensor(5)}}, "model_ema"),
        ({"model": STATE, "ema": {"decay": 0.9, "shadow": AVERAGE}}, "ema"),
        ({"state_dict": STATE, "callbacks": {"EMA{'decay': 0.9}": {"ema_weights": AVERAGE}}}, "callbacks"),
        (behind("online_model.", STATE) | behind("ema_model.", AVERAGE), "ema_model"),
        ({"state_dict": behind("net.", STATE) | behind("teacher.", AVERAGE)}, "teacher"),
        ({"state_dict": behind("net.", STATE) | behind("teacher.", AVERAGE)}, "state_dict.teacher."),
        ({"model": RAW, "ema": OTHER}, "ema"),
    ],
)
def test_weights_as_trained_are_taken_others_are_named_and_a_key_takes_them(content, key, tmp_path):
    loaded = read(content, tmp_path)
    assert computes_as(loaded, RAW)
    assert any("--weights-key" in note for note in loaded.notes)
    other = read(content, tmp_path, weights_key=key)
    assert computes_as(other, OTHER)
    assert other.digest != loaded.digest


def test_averaged_weights_alone_are_taken_and_said(tmp_path):
    loaded = read({"model": None, "ema": OTHER, "updates": 7}, tmp_path)
    assert computes_as(loaded, OTHER)
    assert loaded.notes == ("The averaged network under 'ema' is taken.",)
    assert "averaged weights under 'ema'" in read({"ema": AVERAGE}, tmp_path).notes[0]


@pytest.mark.parametrize("slow", ["encoder_k.", "a_momentum_encoder.", "target_network."])
def test_the_encoder_that_slowly_follows_is_not_taken_for_the_trained_one(tmp_path, slow):
    content = {"state_dict": behind(slow, AVERAGE) | behind("encoder_q.", STATE)}
    loaded = read(content, tmp_path)
    assert torch.equal(loaded.network.fc.weight, STATE["fc.weight"])
    assert f"--weights-key state_dict.{slow[:-1]}" in loaded.notes[0]


def test_of_two_networks_of_no_telling_name_the_first_in_the_file_is_taken(tmp_path):
    loaded = read({"state_dict": behind("student.", STATE) | behind("aide.", AVERAGE)}, tmp_path)
    assert torch.equal(loaded.network.fc.weight, STATE["fc.weight"])


def test_a_key_that_names_nothing_is_refused_with_those_that_there_are(tmp_path):
    with pytest.raises(ModelError, match="'swa' names nothing in the file; expected .* one of model, ema"):
        read({"model": STATE, "ema": AVERAGE}, tmp_path, weights_key="swa")


def test_a_part_of_the_network_is_not_taken_for_it(tmp_path):
    with pytest.raises(ModelError, match="it lacks fc.weight, fc.bias"):
        read({f"model.{name}": weight for name, weight in STATE.items() if name.startswith("body.")}, tmp_path)
    with pytest.raises(ModelError, match="it has, and the network has not, attention.weight"):
        read(behind("model.", STATE | {"attention.weight": torch.ones(3, 3)}), tmp_path)


def test_another_shape_is_named_without_the_prefix_and_what_lies_beside(tmp_path):
    state = behind("model.", STATE | {"fc.bias": torch.zeros(7)}) | {"criterion.weight": torch.ones(3)}
    with pytest.raises(ModelError, match=r"Net: the shape differs for fc.bias \(stored \(7,\), expected \(3,\)\); n"):
        read({"state_dict": state}, tmp_path)


def test_a_class_of_its_own_is_no_record_where_a_network_is_made_of_the_file(tmp_path):
    network = nn.Sequential(nn.Flatten(), nn.Linear(64, 3))
    network.config = TrainingConfig()
    with pytest.raises(ModelError, match=r"TrainingConfig.*--trust-checkpoint"):
        read({"model": network}, tmp_path)


@pytest.mark.parametrize("dtype", [torch.float16, torch.bfloat16])
def test_half_precision_is_said(dtype, tmp_path):
    half = {name: weight.to(dtype) if weight.is_floating_point() else weight for name, weight in STATE.items()}
    loaded = read(half, tmp_path)
    assert {weight.dtype for weight in loaded.network.parameters()} == {torch.float32}
    assert str(dtype).removeprefix("torch.") in loaded.notes[0]


def test_safetensors_keep_metadata_and_one_of_two_names(tmp_path):
    save_file(behind("model.", STATE), tmp_path / "model.safetensors", metadata={"format": "pt", "step": "7"})
    assert computes_as(load(tmp_path / "model.safetensors"), RAW)
    torch.manual_seed(3)
    tied = Tied()
    save_model(tied, str(tmp_path / "tied.safetensors"))
    read_again = load(tmp_path / "tied.safetensors", arch="Tied").network
    assert torch.equal(read_again.second.weight, tied.second.weight)
    assert read_again.second.weight is read_again.first.weight


@pytest.mark.parametrize(
    "said",
    [
        {"class_names": ["b", "a", "c"]},
        {"class_to_idx": {"a": 1, "b": 0, "c": 2}},
        {"idx_to_class": {0: "b", 1: "a", 2: "c"}},
        {"id2label": {"0": "b", "1": "a", "2": "c"}},
    ],
)
def test_the_names_of_the_classes_are_read_where_the_file_has_them(said, tmp_path):
    assert read({"state_dict": STATE, **said}, tmp_path).class_names == ("b", "a", "c")


@pytest.mark.parametrize("said", [{"classes": 3}, {"labels": [0, 1]}, {"id2label": {0: "LABEL_0", 1: "LABEL_1"}}])
def test_what_names_no_classes_is_not_taken_for_names(said, tmp_path):
    assert read({"state_dict": STATE, **said}, tmp_path).class_names is None


def test_a_folder_with_weights_alone_is_read_for_the_class_that_is_named(tmp_path):
    save_file(STATE, tmp_path / "model.safetensors")
    assert computes_as(load(tmp_path), RAW)


@pytest.mark.parametrize("content", [(STATE, 3), [STATE]])
def test_weights_in_a_pair_are_found(content, tmp_path):
    assert computes_as(read(content, tmp_path), RAW)
