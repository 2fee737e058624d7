"""The published scorer for a model at hand: mutants fine-tuned as the model was trained."""

from collections.abc import Mapping, Sequence
from contextlib import ExitStack

import numpy as np
import pandas as pd
import torch
from torch import nn

from faultloc.localization import Localization, in_column_order, most_suspicious_first
from faultloc.methods.dfaulo.paper.deletion.clusters import cluster_classes
from faultloc.methods.dfaulo.paper.deletion.deletion_sets import LAYERS, deletion_sets
from faultloc.methods.dfaulo.paper.deletion.outlier import AutoencoderSettings, reconstruction_distances
from faultloc.methods.dfaulo.paper.mutants import make_mutants
from faultloc.methods.dfaulo.paper.scoring.features import MutantEvidence
from faultloc.methods.dfaulo.paper.scoring.offline import score_offline
from faultloc.methods.dfaulo.paper.scoring.seed_set import draw_noise_input, make_seed_set
from faultloc.own.dfaulo.examine import Bar, OnLogits
from faultloc.own.dfaulo.settings import LocateSettings
from faultloc.probes.activations import read_activations
from faultloc.probes.predictions import cross_entropy, predict_logits, softmax
from faultloc.runtime import worker_count
from faultloc.subject.batches import as_tensor
from faultloc.subject.dataset import LabeledDataset
from faultloc.subject.recipe import TrainingRecipe
from faultloc.subject.seeding import numpy_generator, torch_generator


def rank_by_paper(
    network: nn.Module,
    dataset: LabeledDataset,
    recipe: TrainingRecipe,
    settings: LocateSettings,
    device: torch.device,
    *,
    bar: Bar,
    on_logits: OnLogits = lambda logits: None,
) -> tuple[pd.DataFrame, Sequence[Mapping[str, np.ndarray]]]:
    """The ranking by the paper's suspiciousness, and the weights of the three mutants.

    The mutants are trained on by ``recipe`` as it stands: its optimizer, learning rate and schedule, built afresh over
    the mutant's own weights. The random streams are those of the pipeline's stages.

    Source: Yin et al. 2023. Differs: see the functions of ``faultloc.methods.dfaulo`` that it calls.
    """
    inputs, labels = as_tensor(dataset.inputs, device), dataset.labels
    seed, batch_size = settings.seed, settings.batch_size
    logits = predict_logits(network, inputs, batch_size=batch_size)
    on_logits(logits)

    def activations_of(members: np.ndarray) -> np.ndarray:
        return read_activations(network, inputs[members], settings.hook_layer, batch_size=batch_size)

    deleted = deletion_sets(
        labels,
        reconstruction_distances(inputs, labels, AutoencoderSettings(), torch_generator(seed, "outlier")),
        cluster_classes(activations_of, labels, numpy_generator(seed, "activation")),
        cross_entropy(logits, labels),
        ratio=settings.paper.ratio,
    ).stacked()
    with ExitStack() as bars:
        moving = [bars.enter_context(bar(f"mutant {name}", recipe.epochs, row)) for row, name in enumerate(LAYERS)]
        mutants = make_mutants(
            network,
            inputs,
            labels,
            deleted,
            recipe,
            "direct",
            [torch_generator(seed, "mutation", layer) for layer in LAYERS],
            batch_size=batch_size,
            workers=worker_count(device),
            on_epoch=lambda mutant, record: moving[mutant](1),
        )
    evidence = MutantEvidence(
        labels=labels,
        subject=softmax(logits),
        mutants=np.stack([softmax(mutant.logits) for mutant in mutants]),
        deleted=deleted,
    )
    noise = as_tensor(draw_noise_input(dataset.inputs, numpy_generator(seed, "dfaulo", "noise")), device)
    opinions = [softmax(predict_logits(network, noise, batch_size=1))]
    for mutant in mutants:
        opinions.append(softmax(_opinion_of_mutant(network, mutant.weights, noise)))
    presumed_clean = numpy_generator(seed, "dfaulo", "presumed clean")
    seeds = make_seed_set(evidence, np.concatenate(opinions), settings.paper.presumed_clean_per_class, presumed_clean)
    suspiciousness = score_offline(evidence, seeds, inverse_regularisation=settings.paper.inverse_regularisation)
    columns = {"given_label": dataset.names_of(labels), "predicted_label": dataset.names_of(logits.argmax(axis=1))}
    found = Localization("sample", dataset.sample_ids, suspiciousness, columns)
    order = most_suspicious_first(suspiciousness, numpy_generator(seed, "dfaulo", "ties"))
    return in_column_order(found.ranked(order)), [mutant.weights for mutant in mutants]


def _opinion_of_mutant(network: nn.Module, weights: Mapping[str, np.ndarray], noise: torch.Tensor) -> np.ndarray:
    own = {name: tensor.clone() for name, tensor in network.state_dict().items()}
    try:
        network.load_state_dict({name: torch.from_numpy(array) for name, array in weights.items()})
        return predict_logits(network, noise, batch_size=1)
    finally:
        network.load_state_dict(own)
