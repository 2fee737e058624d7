"""Mutants: the subject, trained on without a deletion set."""

import copy
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Literal, get_args

import numpy as np
import torch
from jaxtyping import Bool, Float, Shaped
from torch import Tensor, nn

from faultloc.errors import ConfigError
from faultloc.methods.dfaulo import streams
from faultloc.methods.dfaulo.paper.layers import LAYERS
from faultloc.probes.layers import head_layers
from faultloc.probes.predictions import predict_logits
from faultloc.subject.dataset import Given
from faultloc.subject.examination import Examination, Execution
from faultloc.subject.parallel import run_in_parallel
from faultloc.subject.recipe import TrainingRecipe
from faultloc.subject.seeding import isolated_torch_rng
from faultloc.subject.training import EpochRecord, train_network

Operator = Literal["direct", "head"]
Weights = dict[str, np.ndarray]


@dataclass(frozen=True)
class Mutant:
    """A mutant's weights, by their names in the subject, and its logits on every sample."""

    operator: str
    weights: Weights
    logits: Float[np.ndarray, "sample class"]


def make_mutants(
    network: nn.Module,
    inputs: Shaped[Tensor, "sample ..."],
    labels: Given,
    deleted: Bool[np.ndarray, "mutant sample"],
    recipe: TrainingRecipe,
    operator: str,
    generators: Sequence[torch.Generator],
    *,
    batch_size: int,
    execution: Execution,
) -> list[Mutant]:
    """One mutant for each row of ``deleted``, made by ``train_mutant`` side by side; ``batch_size`` is that of the
    predictions."""

    def make(mutant: int, on_epoch: Callable[[object], object]) -> Mutant:
        trained = train_mutant(
            network,
            inputs,
            labels,
            deleted[mutant],
            recipe,
            operator,
            generators[mutant],
            on_epoch=on_epoch,
        )
        weights = {name: tensor.cpu().numpy() for name, tensor in trained.state_dict().items()}
        return Mutant(operator, weights, predict_logits(trained, inputs, batch_size=batch_size))

    # Those that are shown most take longest: they go first, so that no core is left alone with one at the end.
    longest_first = np.argsort(deleted.sum(axis=1), kind="stable")
    names = [f"mutant {number + 1}" for number in range(len(deleted))]
    with execution.bars(names, recipe.epochs) as moved:
        tasks = [partial(make, int(mutant), moved[mutant]) for mutant in longest_first]
        made = run_in_parallel(tasks, execution.workers, execution.ranks)
    return [made[int(np.flatnonzero(longest_first == mutant)[0])] for mutant in range(len(deleted))]


def train_mutants(
    examination: Examination, deleted: Bool[np.ndarray, "layer sample"], recipe: TrainingRecipe, operator: str
) -> list[Mutant]:
    """The step `mutation`: the mutant of each layer, trained on by ``recipe`` without what is ``deleted`` for it."""
    return make_mutants(
        examination.network,
        examination.inputs,
        examination.dataset.given,
        deleted,
        recipe,
        operator,
        streams.paper_mutants(examination.seed, LAYERS),
        batch_size=examination.batch_size,
        execution=examination.execution,
    )


def train_mutant(
    network: nn.Module,
    inputs: Shaped[Tensor, "sample ..."],
    labels: Given,
    deleted: Bool[np.ndarray, "sample"],
    recipe: TrainingRecipe,
    operator: str,
    generator: torch.Generator,
    *,
    on_epoch: Callable[[EpochRecord], object] = lambda record: None,
) -> nn.Module:
    """A new network: ``network`` fine-tuned by ``recipe`` on the samples that are not ``deleted``.

    ``direct`` trains all weights from where they are. ``head`` freezes the body and trains a fresh head, the linear
    layers at the network's end.

    Raises:
        ConfigError: no sample is left, or there is no such operator.

    Source: Yin et al. 2023, section 3.2; ``head`` is the "randomweight" variant of the authors' experiments.
    Differs: frozen layers stay in evaluation mode, so that their batch normalisation does not drift.
    """
    if operator not in get_args(Operator):
        raise ConfigError(f"mutation.operator is {operator!r}; expected {' or '.join(get_args(Operator))}")
    kept = np.flatnonzero(~deleted)
    if not len(kept):
        raise ConfigError("the deletion set holds every sample; expected some to train on: lower mutation.ratio")
    mutant = copy.deepcopy(network)
    if operator == "head":
        _replace_head(mutant, inputs[:2], generator)
    train_network(mutant, inputs, labels, kept, recipe, generator, on_epoch=on_epoch)
    mutant.requires_grad_(True)
    return mutant.eval()


def _replace_head(mutant: nn.Module, example: Shaped[Tensor, "sample ..."], generator: torch.Generator) -> None:
    head = [mutant.get_submodule(name) for name in head_layers(mutant, example)]
    mutant.requires_grad_(False)
    with isolated_torch_rng(generator):
        for layer in head:
            layer.reset_parameters()  # type: ignore[operator]  # every linear layer has it
            layer.requires_grad_(True)
