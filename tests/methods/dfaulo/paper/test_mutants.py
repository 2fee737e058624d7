import numpy as np
import pytest
import torch
from torch import nn

from faultloc.errors import ConfigError
from faultloc.methods.dfaulo.paper.mutants import make_mutants, train_mutant
from faultloc.probes.predictions import predict_logits
from faultloc.subject.architectures import LeNet5
from faultloc.subject.examination import Execution
from faultloc.subject.recipe import TrainingRecipe
from faultloc.subject.seeding import torch_generator

RECIPE = TrainingRecipe("SGD", 1, 8, {"lr": 0.05, "momentum": 0.9})
DIGITS = torch.randint(0, 256, (30, 1, 28, 28), dtype=torch.uint8, generator=torch.Generator().manual_seed(0))
LABELS = np.arange(30) % 3
NOBODY = np.zeros(30, dtype=bool)


def lenet() -> nn.Module:
    torch.manual_seed(0)
    return LeNet5((1, 28, 28), 3).eval()


def changed_layers(before: nn.Module, after: nn.Module) -> set[str]:
    weights = after.state_dict()
    return {
        name.split(".")[0] for name, tensor in before.state_dict().items() if not torch.equal(tensor, weights[name])
    }


def test_a_direct_mutant_is_trained_in_all_its_layers_and_the_subject_stays():
    subject, untouched = lenet(), lenet()
    mutant = train_mutant(subject, DIGITS, LABELS, NOBODY, RECIPE, "direct", torch_generator(0, "m"))
    assert changed_layers(subject, mutant) == {"features", "f6", "f7"}
    assert changed_layers(untouched, subject) == set()


def test_a_head_mutant_has_a_fresh_head_on_an_unchanged_body():
    subject = lenet()
    mutant = train_mutant(subject, DIGITS, LABELS, NOBODY, RECIPE, "head", torch_generator(0, "m"))
    assert changed_layers(subject, mutant) == {"f6", "f7"}
    still = TrainingRecipe("SGD", 1, 8, {"lr": 0.0})
    fresh = train_mutant(subject, DIGITS, LABELS, NOBODY, still, "head", torch_generator(0, "m"))
    assert changed_layers(subject, fresh) == {"f6", "f7"}
    assert all(parameter.requires_grad for parameter in mutant.parameters())


def test_a_direct_mutant_starts_from_the_trained_weights():
    still = TrainingRecipe("SGD", 1, 8, {"lr": 0.0})
    mutant = train_mutant(lenet(), DIGITS, LABELS, NOBODY, still, "direct", torch_generator(0, "m"))
    assert changed_layers(lenet(), mutant) == set()


@pytest.mark.parametrize("operator", ["direct", "head"])
def test_the_deleted_samples_have_no_influence(operator):
    deleted = np.arange(30) < 10
    spoiled = DIGITS.clone()
    spoiled[:10] = 255 - spoiled[:10]
    first = train_mutant(lenet(), DIGITS, LABELS, deleted, RECIPE, operator, torch_generator(0, "m"))
    second = train_mutant(lenet(), spoiled, LABELS, deleted, RECIPE, operator, torch_generator(0, "m"))
    assert changed_layers(first, second) == set()


@pytest.mark.parametrize("workers", [1, 3])
def test_mutants_made_together_are_those_made_one_by_one(workers):
    deleted = np.stack([np.arange(30) < 10, np.arange(30) < 2, np.arange(30) >= 15])
    generators = [torch_generator(0, "m", str(number)) for number in range(3)]
    together = Execution(workers=workers)
    made = make_mutants(
        lenet(), DIGITS, LABELS, deleted, RECIPE, "direct", generators, batch_size=16, execution=together
    )
    for number, mutant in enumerate(made):
        generator = torch_generator(0, "m", str(number))
        expected = train_mutant(lenet(), DIGITS, LABELS, deleted[number], RECIPE, "direct", generator)
        weights = expected.state_dict()
        assert all(np.array_equal(mutant.weights[name], weights[name].numpy()) for name in weights)
        assert np.array_equal(mutant.logits, predict_logits(expected, DIGITS, batch_size=16))


def test_a_deletion_set_of_everything_is_refused():
    with pytest.raises(ConfigError, match="the deletion set holds every sample"):
        train_mutant(lenet(), DIGITS, LABELS, ~NOBODY, RECIPE, "direct", torch_generator(0, "m"))
