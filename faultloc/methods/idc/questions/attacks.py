"""Adversarial versions of images, by foolbox: an open table of attacks."""

import copy
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import torch
from jaxtyping import Bool, Float
from torch import Tensor, nn

from faultloc.errors import ConfigError, DataError, MissingPackageError
from faultloc.methods.idc.questions.suites import Suite
from faultloc.probes.predictions import predict_logits
from faultloc.subject.batches import as_model_input
from faultloc.subject.seeding import isolated_torch_rng


@dataclass(frozen=True)
class Attack:
    """``make`` gives foolbox's attack; ``epsilon`` is the largest change of an element, or None for the least change
    that the attack finds."""

    make: Callable[[Any], Any]
    epsilon: float | None


# Source: the settings of WISDOM, but for CW: steps of 0.01 leave black and white elements where they are, which lie far
# out on its scale, and find nothing for half of all digits; 50 of 0.2 cross that scale, if all are taken. Three
# searches for its constant.
ATTACKS: dict[str, Attack] = {
    "fgsm": Attack(lambda attacks: attacks.LinfFastGradientAttack(), 0.3),
    "pgd": Attack(lambda attacks: attacks.LinfPGD(abs_stepsize=0.1, steps=20), 0.3),
    "cw": Attack(
        lambda attacks: attacks.L2CarliniWagnerAttack(
            binary_search_steps=3, steps=50, stepsize=0.2, confidence=0, initial_const=1.0, abort_early=False
        ),
        None,
    ),
}


@dataclass(frozen=True)
class Adversarials:
    """The attacked versions of images, and which of them the network answers otherwise than with their class."""

    attack: str
    inputs: Float[Tensor, "sample ..."]
    is_fooled: Bool[np.ndarray, "sample"]

    @property
    def requested(self) -> int:
        """How many images were attacked."""
        return len(self.is_fooled)

    @property
    def obtained(self) -> int:
        """How many of them fool the network; 0 is a result, too."""
        return int(self.is_fooled.sum())


def attack_suite(
    network: nn.Module, suite: Suite, name: str, *, batch_size: int, generator: torch.Generator
) -> Adversarials:
    """Versions of the images of ``suite`` that the attack ``name`` made, within [0, 1].

    A copy of the network is attacked, since an attack fills gradients; its normalisation is inside of it, so that the
    bounds are those of images. Whether an image fools is asked of the network itself afterwards. An image for which the
    attack finds nothing is the original: foolbox's CW gives a black one instead, which most networks answer otherwise,
    and calls that a success.

    Raises:
        ConfigError: there is no such attack.
        DataError: the inputs are no images with elements in [0, 1].
        MissingPackageError: foolbox is not installed.
    """
    require_attacks([name])
    import foolbox

    attack, inputs = ATTACKS[name], as_model_input(suite.inputs)
    if inputs.ndim < 3 or not inputs.is_floating_point() or not (inputs.min() >= 0 and inputs.max() <= 1):
        raise DataError(
            f"the inputs have the shape {list(inputs.shape)} and are not all in [0, 1]; expected images, for an attack"
        )
    victim = copy.deepcopy(network).eval().requires_grad_(False)
    model = foolbox.PyTorchModel(victim, bounds=(0, 1), device=inputs.device)
    labels = torch.from_numpy(suite.labels.astype(np.int64)).to(inputs.device)
    made = attack.make(foolbox.attacks)
    parts = []
    with isolated_torch_rng(generator):
        for images, given in zip(inputs.split(batch_size), labels.split(batch_size), strict=True):
            criterion = foolbox.criteria.Misclassification(given)
            _, changed, _ = made(model, images, criterion, epsilons=attack.epsilon)
            parts.append(_without_blank(changed.detach(), images) if attack.epsilon is None else changed.detach())
    changed = torch.cat(parts)
    said = predict_logits(network, changed, batch_size=batch_size).argmax(1)
    return Adversarials(name, changed, said != suite.labels)


def _without_blank(changed: Float[Tensor, "_ ..."], images: Float[Tensor, "_ ..."]) -> Float[Tensor, "_ ..."]:
    """The changed images, but the original where all of one is exactly 0: the place of what was not found."""
    is_blank = (changed.flatten(1) == 0).all(1)
    return torch.where(is_blank.reshape(-1, *[1] * (images.ndim - 1)), images, changed)


def require_attacks(names: Mapping[str, object] | list[str]) -> None:
    """Nothing, where all of ``names`` can be run here: asked before what takes long.

    Raises:
        ConfigError: there is no such attack.
        MissingPackageError: foolbox is not installed.
    """
    for name in names:
        if name not in ATTACKS:
            raise ConfigError(f"there is no attack {name!r}; expected one of: {', '.join(ATTACKS)}")
    try:
        import foolbox  # noqa: F401
    except ImportError:
        raise MissingPackageError("foolbox", "making adversarial inputs", "attacks") from None
