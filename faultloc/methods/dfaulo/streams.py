"""The streams of random numbers of DFauLo's steps, each by its one name.

Stage, command and Python call draw from them, so that the same seed gives the same ranking whichever way it is asked
for. Another name here gives other results.
"""

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np

from faultloc.subject.seeding import numpy_generator, torch_generator

if TYPE_CHECKING:
    import torch


def left_out(seed: int) -> np.random.Generator:
    """Which samples each suffix mutant is not shown."""
    return numpy_generator(seed, "suffix", "left out")


def suffix_mutants(seed: int, mutants: int) -> "list[torch.Generator]":
    """The training of each suffix mutant."""
    return [torch_generator(seed, "suffix", str(mutant)) for mutant in range(mutants)]


def inputs_alone(seed: int) -> "torch.Generator":
    """What the default scorer draws to read the inputs without the model."""
    return torch_generator(seed, "suffix", "inputs")


def presumed_sound(seed: int) -> np.random.Generator:
    """The unjudged samples that the default scorer takes to be sound while it learns from verdicts."""
    return numpy_generator(seed, "dfaulo", "presumed sound")


def autoencoders(seed: int) -> "torch.Generator":
    """The training of the paper's autoencoders."""
    return torch_generator(seed, "outlier")


def activation_clusters(seed: int) -> np.random.Generator:
    """The paper's clusters of activations."""
    return numpy_generator(seed, "activation")


def paper_mutants(seed: int, layers: Sequence[str]) -> "list[torch.Generator]":
    """The training of the paper's mutant of each layer."""
    return [torch_generator(seed, "mutation", layer) for layer in layers]


def noise_input(seed: int) -> np.random.Generator:
    """The input of the paper's artificial faults."""
    return numpy_generator(seed, "dfaulo", "noise")


def noise_labels(seed: int) -> np.random.Generator:
    """What the artificial faults are labelled, where that is drawn."""
    return numpy_generator(seed, "dfaulo", "noise labels")


def presumed_clean(seed: int) -> np.random.Generator:
    """The real samples that the paper's scorer takes to be clean."""
    return numpy_generator(seed, "dfaulo", "presumed clean")


def ties(seed: int) -> np.random.Generator:
    """The order of equally suspicious samples."""
    return numpy_generator(seed, "dfaulo", "ties")


def online_ties(seed: int) -> np.random.Generator:
    """That order while verdicts re-rank the list."""
    return numpy_generator(seed, "dfaulo", "online ties")
