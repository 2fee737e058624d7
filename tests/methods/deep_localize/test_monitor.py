"""The monitor changes nothing, leaves nothing behind, does as it is told, and copes with what it cannot see into."""

import copy
import json
from contextlib import nullcontext

import pytest
import torch
from torch import Tensor, nn
from torch.nn import functional as F

from faultloc.errors import ConfigError
from faultloc.methods.deep_localize.diagnosis import FaultWarning, TrainingFault
from faultloc.methods.deep_localize.monitor import TrainingMonitor
from tests.methods.deep_localize.loops import blobs, diagnose, network, train


def silent(model: nn.Module, optimizer: torch.optim.Optimizer | list, **options: object) -> TrainingMonitor:
    return TrainingMonitor(model, optimizer, on_finding=lambda finding: None, **options)


def with_dropout() -> nn.Sequential:
    torch.manual_seed(3)
    return nn.Sequential(
        nn.Linear(10, 32), nn.BatchNorm1d(32), nn.ReLU(), nn.Dropout(0.3), nn.Linear(32, 3), nn.Dropout(0.1)
    )


@pytest.mark.parametrize("every", [1, 10])
@pytest.mark.parametrize("kind", ["SGD", "Adam"])
def test_a_hundred_steps_give_the_same_bits_with_and_without_the_monitor(every, kind):
    inputs, labels = blobs()
    states = []
    for watched in (False, True):
        model = with_dropout()
        optimizer = getattr(torch.optim, kind)(model.parameters(), lr=0.05)
        monitor = silent(model, optimizer, every=every)
        if watched:
            monitor.attach()
        torch.manual_seed(7)
        train(model, optimizer, F.cross_entropy, inputs, labels, steps=100)
        monitor.close()
        states.append((copy.deepcopy(model.state_dict()), torch.rand(1)))
    (alone, random_alone), (beside, random_beside) = states
    assert alone.keys() == beside.keys()
    assert all(torch.equal(alone[name], beside[name]) for name in alone)
    assert torch.equal(random_alone, random_beside)


def test_a_batch_that_is_run_again_leaves_statistics_and_randomness_as_they_were():
    inputs, labels = blobs()
    inputs[0, 0] = float("nan")
    model = with_dropout()
    reference = copy.deepcopy(model)
    optimizer = torch.optim.SGD(model.parameters(), lr=0.1)
    with silent(model, optimizer) as monitor:
        torch.manual_seed(1)
        F.cross_entropy(model(inputs), labels).backward()
        drawn = torch.rand(1)
    torch.manual_seed(1)
    F.cross_entropy(reference(inputs), labels).backward()
    assert torch.equal(drawn, torch.rand(1))
    assert torch.equal(model[1].running_mean.nan_to_num(9), reference[1].running_mean.nan_to_num(9))
    assert int(model[1].num_batches_tracked) == 1
    assert monitor.findings[0].rule == "input.nonfinite"


def hooks_of(model: nn.Module, optimizer: torch.optim.Optimizer) -> int:
    kinds = ("_forward_hooks", "_forward_pre_hooks", "_backward_hooks")
    count = sum(len(getattr(one, kind)) for one in model.modules() for kind in kinds)
    return count + len(optimizer._optimizer_step_pre_hooks) + len(optimizer._optimizer_step_post_hooks)


@pytest.mark.parametrize("on_error", ["warn", "raise"])
def test_no_hook_is_left_behind_and_backward_is_torchs_own(on_error):
    model = network(nn.Softmax(1))
    keys = list(model.state_dict())
    optimizer = torch.optim.Adam(model.parameters())
    original = torch.autograd.backward
    monitor = silent(model, optimizer, on_error=on_error)
    try:
        with monitor:
            assert hooks_of(model, optimizer) and list(model.state_dict()) == keys
            train(model, optimizer, F.cross_entropy, *blobs(), steps=3)
    except TrainingFault:
        assert on_error == "raise"
    assert hooks_of(model, optimizer) == 0
    assert torch.autograd.backward is original


def test_two_monitors_watch_two_models_at_once():
    good, bad = network(), network(nn.Softmax(1))
    optimizers = [torch.optim.Adam(model.parameters(), lr=0.01) for model in (good, bad)]
    monitors = [silent(model, one).attach() for model, one in zip((good, bad), optimizers, strict=True)]
    inputs, labels = blobs()
    for _ in range(20):
        for model, optimizer in zip((good, bad), optimizers, strict=True):
            train(model, optimizer, F.cross_entropy, inputs, labels, steps=1)
    original_is_back = [monitor.close() for monitor in monitors]
    assert [len(diagnosis.findings) for diagnosis in original_is_back] == [0, 1]


def test_an_error_warns_by_default_and_says_what_to_do():
    model = network(nn.Softmax(1))
    optimizer = torch.optim.Adam(model.parameters())
    with (
        TrainingMonitor(model, optimizer),
        pytest.warns(FaultWarning, match=r"step 0, forward pass, layer 5: .*remove the last"),
    ):
        train(model, optimizer, F.cross_entropy, *blobs(), steps=2)


def test_raise_ends_the_loop_after_the_step_and_stop_asks_the_loop_to_end():
    model = network(nn.Softmax(1))
    optimizer = torch.optim.Adam(model.parameters())
    with silent(model, optimizer, on_error="raise"), pytest.raises(TrainingFault, match="CrossEntropyLoss"):
        train(model, optimizer, F.cross_entropy, *blobs())
    with silent(model, optimizer, on_error="stop") as monitor:
        train(model, optimizer, F.cross_entropy, *blobs(), steps=2)
    assert monitor.should_stop


def test_the_explicit_form_sees_the_same_as_the_hooks():
    model = network(nn.Softmax(1))
    optimizer = torch.optim.Adam(model.parameters())
    monitor = silent(model, optimizer)
    inputs, labels = blobs()
    for _ in range(3):
        with monitor.step(inputs, labels):
            train(model, optimizer, F.cross_entropy, inputs, labels, steps=1)
    assert hooks_of(model, optimizer) == 0
    assert monitor.close().cause.rule == "loss.double_softmax"
    assert monitor.close().steps == 3


class TwoHeads(nn.Module):
    """Two outputs from one body, its second head tied to the first one's weight."""

    def __init__(self) -> None:
        super().__init__()
        self.body, self.first, self.second = nn.Linear(10, 32), nn.Linear(32, 3), nn.Linear(32, 3)
        self.second.weight = self.first.weight

    def forward(self, inputs: Tensor) -> dict[str, Tensor]:
        hidden = self.body(inputs).relu()
        return {"first": self.first(hidden), "second": self.second(hidden)}


def test_accumulation_several_outputs_tied_weights_and_half_precision_raise_no_alarm():
    torch.manual_seed(0)
    model = TwoHeads()
    optimizer = torch.optim.Adam(model.parameters(), lr=0.01)
    inputs, labels = blobs()
    with silent(model, optimizer) as monitor:
        for _ in range(40):
            optimizer.zero_grad(set_to_none=False)
            for part in (slice(0, 100), slice(100, 320)):
                with torch.autocast("cpu", torch.bfloat16):
                    outputs = model(inputs[part])
                    loss = sum(F.cross_entropy(output, labels[part]) for output in outputs.values())
                (loss / 2).backward()
            optimizer.step()
        with torch.no_grad():
            model(inputs)
    assert not monitor.findings and not monitor.notes


def test_frozen_layers_and_an_optimizer_of_a_part_of_the_model_raise_no_alarm():
    for freeze in (True, False):
        model = network()
        model[0].requires_grad_(not freeze)
        chosen = [*model[2].parameters(), *model[4].parameters()]
        assert not diagnose(model, optimizer=torch.optim.Adam(chosen, lr=0.01)).findings


def test_two_optimizers_that_work_against_each_other_raise_no_alarm():
    torch.manual_seed(0)
    maker, judge = nn.Linear(4, 10), network(outputs=1)
    both = nn.ModuleDict({"maker": maker, "judge": judge})
    optimizers = [torch.optim.Adam(one.parameters(), lr=1e-3) for one in (judge, maker)]
    real, _ = blobs()
    with (
        TrainingMonitor(judge, optimizers[0], on_finding=lambda _: None) as first,
        silent(maker, optimizers[1]) as second,
    ):
        for _ in range(60):
            made = maker(torch.randn(32, 4))
            optimizers[0].zero_grad()
            judged = torch.cat([judge(real[:32]), judge(made.detach())])
            F.binary_cross_entropy_with_logits(judged, torch.cat([torch.ones(32, 1), torch.zeros(32, 1)])).backward()
            optimizers[0].step()
            optimizers[1].zero_grad()
            F.binary_cross_entropy_with_logits(judge(made), torch.ones(32, 1)).backward()
            optimizers[1].step()
    assert not first.findings and not second.findings
    assert len(both) == 2


def test_a_closure_is_followed():
    model = network()
    optimizer = torch.optim.LBFGS(model.parameters(), lr=0.1, max_iter=3)
    inputs, labels = blobs()

    def closure() -> Tensor:
        optimizer.zero_grad()
        loss = F.cross_entropy(model(inputs), labels)
        loss.backward()
        return loss

    with silent(model, optimizer) as monitor:
        for _ in range(8):
            optimizer.step(closure)
    assert not monitor.findings and len(monitor.history.losses) == 8


def test_a_loss_of_several_values_is_said_and_training_goes_on():
    model = network()
    optimizer = torch.optim.SGD(model.parameters(), lr=0.1)
    inputs, labels = blobs()
    with silent(model, optimizer) as monitor:
        for _ in range(5):
            optimizer.zero_grad()
            losses = F.cross_entropy(model(inputs), labels, reduction="none")
            losses.backward(torch.full_like(losses, 1 / len(losses)))
            optimizer.step()
    assert "the loss has 320 values; expected one" in monitor.notes[0]
    assert not monitor.findings


def test_a_loader_that_gives_nothing_is_said():
    model = network()
    diagnosis = silent(model, torch.optim.SGD(model.parameters(), lr=0.1)).attach().close()
    assert "is the loader empty?" in diagnosis.summary


class Texts(nn.Module):
    """A model whose inputs are words, not tensors."""

    def __init__(self) -> None:
        super().__init__()
        self.table, self.head = nn.Embedding(8, 4), nn.Linear(4, 3)

    def forward(self, words: list[str]) -> Tensor:
        return self.head(self.table(torch.tensor([len(word) % 8 for word in words])))


def test_inputs_that_are_no_tensors_are_no_trouble():
    torch.manual_seed(0)
    model = Texts()
    optimizer = torch.optim.Adam(model.parameters(), lr=0.05)
    with silent(model, optimizer) as monitor:
        for _ in range(40):
            optimizer.zero_grad()
            F.cross_entropy(model(["a", "bb", "ccc"]), torch.tensor([0, 1, 2])).backward()
            optimizer.step()
    assert not monitor.findings and not monitor.notes


def test_a_scripted_model_is_said_to_be_opaque_and_training_goes_on():
    model = torch.jit.script(network())
    optimizer = torch.optim.Adam(model.parameters(), lr=0.01)
    with silent(model, optimizer) as monitor:
        train(model, optimizer, F.cross_entropy, *blobs(), steps=5)
    assert not monitor.findings
    assert "no hook can be put on" in monitor.notes[0]


def test_what_the_monitor_cannot_cope_with_ends_the_monitor_and_not_the_training(monkeypatch):
    def broken(*_: object, **__: object) -> None:
        raise RuntimeError("no such thing")

    monkeypatch.setattr("faultloc.methods.deep_localize.close_look.look_at_loss", broken)
    model = network()
    optimizer = torch.optim.Adam(model.parameters(), lr=0.01)
    with silent(model, optimizer) as monitor:
        train(model, optimizer, F.cross_entropy, *blobs(), steps=5)
    assert "has stopped watching it (RuntimeError: no such thing); training went on" in monitor.notes[0]


@pytest.mark.parametrize(("option", "value"), [("every", 0), ("on_error", "exit")])
def test_settings_out_of_range_are_refused(option, value):
    model = network()
    with pytest.raises(ConfigError, match=option):
        TrainingMonitor(model, torch.optim.SGD(model.parameters(), lr=0.1), **{option: value})


def test_the_diagnosis_is_plain_data_and_a_localization_over_the_layers():
    diagnosis = diagnose(network(nn.Softmax(1)))
    data = json.loads(json.dumps(diagnosis.as_data()))
    assert (data["cause"], data["place"], data["errors"]) == ("loss.double_softmax", "5", 1)
    located = diagnosis.localization()
    assert located.kind == "layer"
    by_place = dict(zip(located.element_ids, located.suspiciousness, strict=True))
    assert by_place["5"] == 1.0 and max(by_place.values()) == 1.0 and by_place["0"] == 0.0
    assert all(0 <= value <= 1 for value in by_place.values())
    assert {"0", "5", "input", "labels", "loss", "optimizer"} <= set(by_place)


class KeepsItsState(nn.Module):
    """A recurrent network that goes on from where the last batch ended."""

    def __init__(self) -> None:
        super().__init__()
        self.rnn, self.head = nn.RNN(10, 8, batch_first=True), nn.Linear(8, 3)
        self.state: Tensor | None = None

    def forward(self, inputs: Tensor) -> Tensor:
        before = None if self.state is None else self.state.detach()
        outputs, self.state = self.rnn(inputs[:, None], before)
        return self.head(outputs[:, -1])


def test_a_state_that_a_model_keeps_between_batches_is_as_without_the_monitor():
    ends = []
    for is_watched in (True, False):
        torch.manual_seed(0)
        model = KeepsItsState()
        optimizer = torch.optim.SGD(model.parameters(), lr=0.1)
        with silent(model, optimizer) if is_watched else nullcontext():
            train(model, optimizer, F.cross_entropy, *blobs(), steps=3)
        ends.append([*model.parameters(), model.state])
    assert all(torch.equal(one, other) for one, other in zip(*ends, strict=True))
