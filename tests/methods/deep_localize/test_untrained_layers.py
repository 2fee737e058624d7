"""Layers that a loss trains and no optimizer moves: heads put in too late, layers kept in a plain list."""

import copy
from pathlib import Path

import pytest
import torch
from torch import Tensor, nn
from torch.nn import functional as F

from faultloc.own.deep_localize.running import run_script
from tests.methods.deep_localize.loops import Made, diagnose

TWO_STAGES = """
import torch
from torch import nn
torch.manual_seed(0)
model = nn.Sequential(nn.Linear(4, 8), nn.ReLU(), nn.Linear(8, 3))
inputs, labels = torch.randn(24, 4), torch.arange(24) % 3

def fit(optimizer):
    for step in range(8):
        optimizer.zero_grad()
        nn.functional.cross_entropy(model(inputs), labels).backward()
        optimizer.step()

fit(torch.optim.SGD(model.parameters(), 0.01))
"""
FREEZE = "model[0].requires_grad_(False)\n"
NEW_HEAD, NEW_OPTIMIZER = "model[2] = nn.Linear(8, 3)\n", "optimizer = torch.optim.Adam(model[2].parameters(), 5e-3)\n"


def rules_of(folder: Path, text: str) -> list[tuple[str, str]]:
    script = folder / "train.py"
    script.write_text(text)
    watched = run_script(script, [], every=10, on_error="warn", on_finding=lambda finding: None)
    assert watched.error is None
    return [(one.rule, one.place) for run in watched.runs for one in run.diagnosis.findings]


@pytest.mark.parametrize("freeze", ["", FREEZE])
def test_a_second_optimizer_made_before_the_head_is_replaced_is_found_in_a_second_stage(tmp_path, freeze):
    text = TWO_STAGES + freeze + NEW_OPTIMIZER + NEW_HEAD + "fit(optimizer)\n"
    assert rules_of(tmp_path, text)[0] == ("optimizer.replaced_part", "2")


@pytest.mark.parametrize("freeze", ["", FREEZE])
def test_a_second_optimizer_made_after_the_head_is_replaced_is_no_fault(tmp_path, freeze):
    assert not rules_of(tmp_path, TWO_STAGES + freeze + NEW_HEAD + NEW_OPTIMIZER + "fit(optimizer)\n")


def test_a_network_trained_by_hand_beside_another_ones_optimizer_is_no_fault(tmp_path):
    by_hand = """
other = nn.Linear(4, 3)
optimizer = torch.optim.SGD(model.parameters(), 0.01)
for step in range(8):
    optimizer.zero_grad()
    nn.functional.cross_entropy(model(inputs), labels).backward()
    optimizer.step()
    nn.functional.cross_entropy(other(inputs), labels).backward()
    with torch.no_grad():
        for one in other.parameters():
            one -= 0.01 * one.grad
            one.grad = None
"""
    assert not rules_of(tmp_path, TWO_STAGES + by_hand)


class Deep(nn.Module):
    """A network with a container of hidden layers, as ``kept`` makes it."""

    def __init__(self, kept) -> None:
        super().__init__()
        torch.manual_seed(0)
        self.first, self.last = nn.Linear(10, 16), nn.Linear(16, 3)
        self.hidden = kept([nn.Linear(16, 16), nn.Linear(16, 16)])

    def forward(self, inputs: Tensor) -> Tensor:
        inner = torch.tanh(self.first(inputs))
        for layer in self.hidden.values() if isinstance(self.hidden, dict) else self.hidden:
            inner = torch.tanh(layer(inner))
        return self.last(inner)


def found(model: nn.Module, parameters: list[nn.Parameter] | None = None) -> list[str]:
    optimizer = torch.optim.Adam(parameters or model.parameters(), lr=0.01)
    return [one.rule for one in diagnose(model, optimizer=optimizer).findings]


@pytest.mark.parametrize("kept", [list, tuple, lambda layers: dict(enumerate(layers))])
def test_layers_in_a_plain_container_are_named_though_the_others_learn_without_them(kept):
    model = Deep(kept)
    diagnosis = diagnose(model)
    assert [one.rule for one in diagnosis.findings] == ["optimizer.unknown_parameters"]
    assert "'hidden'" in diagnosis.findings[0].sentence


def test_layers_in_a_list_of_modules_raise_no_alarm():
    assert not found(Deep(nn.ModuleList))


def test_layers_in_a_plain_list_that_the_optimizer_was_given_raise_no_alarm():
    model = Deep(list)
    assert not found(model, [*model.parameters(), *(one for layer in model.hidden for one in layer.parameters())])


@pytest.mark.parametrize("hide", [lambda one: one.eval(), lambda one: one.requires_grad_(False)])
def test_a_network_hidden_in_a_list_and_frozen_or_evaluating_raises_no_alarm(hide):
    assert not found(Deep(lambda layers: [hide(layer) for layer in layers]))


def test_a_network_in_a_list_that_is_called_without_gradients_raises_no_alarm():
    def compute(self: nn.Module, inputs: Tensor) -> Tensor:
        with torch.no_grad():
            features = self.kept[0](inputs)
        return self.head(torch.cat([inputs, features], 1))

    torch.manual_seed(0)
    model = Made(compute, head=nn.Linear(26, 3))
    model.kept = [nn.Sequential(nn.Linear(10, 16), nn.ReLU())]
    assert not found(model)


def test_a_list_of_modules_that_is_kept_besides_their_registration_raises_no_alarm():
    torch.manual_seed(0)
    model = Made(lambda self, inputs: self.b(F.relu(self.a(inputs))), a=nn.Linear(10, 16), b=nn.Linear(16, 3))
    model.order = [model.a, model.b]
    assert not found(model)


def test_a_copy_that_is_kept_in_a_list_and_takes_no_part_raises_no_alarm():
    torch.manual_seed(0)
    model = Made(lambda self, inputs: self.a(inputs), a=nn.Linear(10, 3))
    model.before = [copy.deepcopy(model.a)]
    assert not found(model)
