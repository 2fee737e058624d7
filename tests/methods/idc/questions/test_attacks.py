import copy
import sys

import numpy as np
import pytest
import torch

from faultloc.errors import ConfigError, DataError, MissingPackageError
from faultloc.methods.idc.questions.attacks import ATTACKS, Attack, attack_suite, require_attacks
from faultloc.methods.idc.questions.suites import Suite
from faultloc.probes.predictions import predict_logits
from faultloc.subject.normalisation import NormalisedNetwork
from tests.methods.idc.questions.networks import constant_network, small_network, suite_of


def attacked(network, suite, name, seed=0, batch_size=16):
    pytest.importorskip("foolbox")
    generator = torch.Generator().manual_seed(seed)
    return attack_suite(network, suite, name, batch_size=batch_size, generator=generator)


def test_fgsm_is_one_step_by_the_sign_of_the_gradient_through_the_normalisation():
    network = NormalisedNetwork(small_network(), [0.4], [0.2])
    suite = suite_of(network, 20)
    inputs = suite.inputs.clone().requires_grad_()
    torch.nn.functional.cross_entropy(network(inputs), torch.from_numpy(suite.labels)).backward()
    expected = (suite.inputs + 0.3 * inputs.grad.sign()).clamp(0, 1)
    found = attacked(network, suite, "fgsm")
    torch.testing.assert_close(found.inputs, expected)
    said = predict_logits(network, expected, batch_size=20).argmax(1)
    assert np.array_equal(found.is_fooled, said != suite.labels) and found.requested == 20
    assert 0 < found.obtained == np.count_nonzero(found.is_fooled)


@pytest.mark.parametrize("name", ATTACKS)
def test_an_attack_stays_within_its_bounds_and_leaves_the_network_alone(name):
    network = NormalisedNetwork(small_network(), [0.4], [0.2]).train()
    suite, weights = suite_of(network, 12), copy.deepcopy(network.state_dict())
    state = torch.get_rng_state()
    found = attacked(network, suite, name)
    assert found.inputs.min() >= 0 and found.inputs.max() <= 1
    if ATTACKS[name].epsilon is not None:
        assert (found.inputs - suite.inputs).abs().max() <= ATTACKS[name].epsilon + 1e-6
    assert all(module.training for module in network.modules())
    assert all(parameter.grad is None and parameter.requires_grad for parameter in network.parameters())
    assert all(torch.equal(weights[key], value) for key, value in network.state_dict().items())
    assert torch.equal(torch.get_rng_state(), state)


def test_images_of_bytes_are_attacked_in_the_unit_interval():
    network = small_network()
    suite = Suite((suite_of(network, 8).inputs * 255).to(torch.uint8), suite_of(network, 8).labels)
    found = attacked(network, suite, "fgsm")
    assert (found.inputs - suite.inputs / 255).abs().max() == pytest.approx(0.3, abs=1e-6)


def test_a_generator_gives_the_same_attack_again():
    network = small_network()
    suite = suite_of(network, 12)
    assert torch.equal(attacked(network, suite, "pgd").inputs, attacked(network, suite, "pgd").inputs)
    assert not torch.equal(attacked(network, suite, "pgd").inputs, attacked(network, suite, "pgd", seed=1).inputs)


@pytest.mark.parametrize("name", ATTACKS)
def test_an_attack_that_fools_nothing_says_so(name):
    network = constant_network()
    found = attacked(network, suite_of(network, 5), name)
    assert (found.requested, found.obtained) == (5, 0) and found.inputs.shape == (5, 1, 6, 6)


def test_an_image_for_which_nothing_is_found_stays_as_it_was_and_is_not_obtained(monkeypatch):
    network = small_network()
    suite = suite_of(network, 30)
    black = int(network(torch.zeros(1, 1, 6, 6)).argmax())
    assert np.count_nonzero(suite.labels != black) > 5  # which a black image would seem to fool
    too_short = lambda attacks: attacks.L2CarliniWagnerAttack(binary_search_steps=1, steps=1, stepsize=1e-6)
    monkeypatch.setitem(ATTACKS, "cw", Attack(too_short, None))
    found = attacked(network, suite, "cw")
    assert torch.equal(found.inputs, suite.inputs) and found.obtained == 0


def test_the_least_change_is_found_for_digits_on_black_which_steps_of_a_hundredth_do_not_move():
    network = NormalisedNetwork(small_network(), [0.4], [0.2])
    inputs = (suite_of(network, 20).inputs > 0.5).float()
    suite = Suite(inputs, predict_logits(network, inputs, batch_size=20).argmax(1).astype(np.int64))
    found = attacked(network, suite, "cw")
    assert found.obtained >= 18
    assert (found.inputs - inputs).flatten(1).norm(dim=1).median() < attacked(network, suite, "fgsm").inputs.sub(
        inputs
    ).flatten(1).norm(dim=1).median()


def test_what_is_no_image_is_a_sentence():
    pytest.importorskip("foolbox")
    network, labels = small_network(), np.zeros(3, dtype=np.int64)
    for inputs in (torch.full((3, 1, 6, 6), 2.0), torch.zeros(3, 7, dtype=torch.int32)):
        with pytest.raises(DataError, match=r"not all in \[0, 1\]; expected images"):
            attack_suite(network, Suite(inputs, labels), "fgsm", batch_size=3, generator=torch.Generator())


def test_an_unknown_attack_is_a_sentence_that_lists_the_known_ones():
    with pytest.raises(ConfigError, match="there is no attack 'laser'; expected one of: fgsm, pgd, cw"):
        require_attacks(["fgsm", "laser"])


def test_without_foolbox_one_sentence_says_what_to_install(monkeypatch):
    monkeypatch.setitem(sys.modules, "foolbox", None)
    with pytest.raises(MissingPackageError, match=r"pip install 'faultloc\[attacks\]'"):
        require_attacks(["fgsm"])
