"""The published method from beginning to end, for a network and its samples at hand."""

import copy
from collections.abc import Callable, Iterator, Mapping, Sequence

import numpy as np
import torch
from jaxtyping import Float
from torch import nn

from faultloc.localization import Localization
from faultloc.methods.dfaulo import streams
from faultloc.methods.dfaulo.paper.deletion.clusters import cluster_classes
from faultloc.methods.dfaulo.paper.deletion.deletion_sets import choose_deleted
from faultloc.methods.dfaulo.paper.deletion.outlier import AutoencoderSettings, reconstruction_distances
from faultloc.methods.dfaulo.paper.mutants import Weights, train_mutants
from faultloc.methods.dfaulo.paper.scoring.features import MutantEvidence
from faultloc.methods.dfaulo.paper.scoring.step import PaperScorer, ask_about_noise
from faultloc.methods.dfaulo.paper.settings import PaperSettings
from faultloc.probes.activations import read_activations
from faultloc.probes.predictions import cross_entropy, predict_logits, softmax
from faultloc.subject.examination import Examination
from faultloc.subject.recipe import TrainingRecipe


def localize_by_paper(
    examination: Examination,
    recipe: TrainingRecipe,
    settings: PaperSettings,
    *,
    on_logits: Callable[[Float[np.ndarray, "sample class"]], object] = lambda logits: None,
) -> tuple[Localization, Sequence[Weights]]:
    """The paper's suspiciousness of every sample, and the weights of the three mutants.

    The mutants are trained on by ``recipe`` as it stands: its optimizer, learning rate and schedule, built afresh over
    the mutant's own weights. ``on_logits`` sees the network's answers before anything is trained, and may raise. The
    steps and their random numbers are those of the pipeline's stages.

    Source: Yin et al. 2023. Differs: see the functions that it calls.
    """
    dataset, network = examination.dataset, examination.network
    logits = predict_logits(network, examination.inputs, batch_size=examination.batch_size)
    on_logits(logits)
    activations = read_activations(network, examination.inputs, examination.layer, batch_size=examination.batch_size)
    deleted = choose_deleted(
        dataset.labels,
        reconstruction_distances(
            examination.inputs, dataset.labels, AutoencoderSettings(), streams.autoencoders(examination.seed)
        ),
        cluster_classes(activations, dataset.labels, streams.activation_clusters(examination.seed)),
        cross_entropy(logits, dataset.labels),
        ratio=settings.ratio,
    )
    mutants = train_mutants(examination, deleted, recipe, "direct")
    evidence = MutantEvidence(
        labels=dataset.labels,
        subject=softmax(logits),
        mutants=np.stack([softmax(mutant.logits) for mutant in mutants]),
        deleted=deleted,
    )
    networks = _subject_and_mutants(network, [mutant.weights for mutant in mutants])
    opinions = ask_about_noise(dataset, networks, examination.device, examination.seed)
    found = PaperScorer(dataset, evidence, opinions, settings, examination.seed).offline()
    return found, [mutant.weights for mutant in mutants]


def _subject_and_mutants(network: nn.Module, weights: Sequence[Mapping[str, np.ndarray]]) -> Iterator[nn.Module]:
    """``network`` itself, then a copy of it with the weights of each mutant in turn."""
    yield network
    mutant = copy.deepcopy(network)
    for arrays in weights:
        mutant.load_state_dict({name: torch.from_numpy(array) for name, array in arrays.items()})
        yield mutant
